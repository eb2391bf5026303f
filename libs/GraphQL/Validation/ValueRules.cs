namespace Platform.GraphQL;

/// <summary>5.4 Arguments and 5.6 Values. Uses of variables are handed to the rules of variables.</summary>
internal sealed class ValueRules(ValidationContext context, VariableRules variables)
{
    /// <param name="node">What has the arguments.</param>
    /// <param name="given">In the document.</param>
    /// <param name="known">In the schema.</param>
    /// <param name="of">What they are of, where something is wrong with them.</param>
    public void CheckArguments(SyntaxNode node, ArgumentNode[] given, NamedList<InputValue> known, Owner of)
    {
        CheckUnique(given, "argument");
        foreach (var argument in given)
        {
            if (known.TryFind(argument.Name, out var definition))
            {
                Check(argument.Value, definition.Type, definition, parent: null);
            }
            else
            {
                context.Report($"Unknown argument \"{argument.Name}\" on {of.Kind} \"{of}\".", argument);
                CheckUnknown(argument.Value);
            }
        }

        foreach (var definition in known)
        {
            if (definition.IsRequired && !IsGiven(given, definition.Name))
            {
                context.Report($"Argument \"{of}({definition.Name}:)\" of type \"{definition.Type}\" is required, but it was not provided.", node);
            }
        }
    }

    /// <summary>Arguments of what nobody knows: names may still come twice, and variables be used.</summary>
    public void CheckUnknown(ArgumentNode[] given)
    {
        CheckUnique(given, "argument");
        foreach (var argument in given)
        {
            CheckUnknown(argument.Value);
        }
    }

    public void Check(ValueNode node, GraphType type, InputValue? place, InputObjectType? parent)
    {
        if (node is VariableNode variable)
        {
            variables.Uses(variable, type, place, parent);
            return;
        }

        if (node is NullNode)
        {
            if (type is NonNullType)
            {
                context.Report($"Expected value of type \"{type}\", found null.", node);
            }

            return;
        }

        switch (type.Nullable)
        {
            case ListType list when node is ListNode items:
                foreach (var item in items.Items)
                {
                    Check(item, list.Inner, place: null, parent: null);
                }

                break;
            case ListType list:
                Check(node, list.Inner, place: null, parent: null);
                break;
            case InputObjectType input:
                CheckObject(node, input);
                break;
            case EnumType symbols:
                if (node is not EnumNode symbol || symbols.Values.Find(symbol.Name) is null)
                {
                    context.Report(node is EnumNode unknown
                        ? $"Value \"{unknown.Name}\" does not exist in \"{symbols}\" enum."
                        : $"Enum \"{symbols}\" cannot represent non-enum value: {Excerpt(node)}.", node);
                    CheckUnknown(node);
                }

                break;
            case ScalarType scalar:
                CheckScalar(node, scalar);
                break;
        }
    }

    private void CheckScalar(ValueNode node, ScalarType type)
    {
        // Scalars of one's own may hold lists and objects with variables in them.
        CheckUnknown(node);
        try
        {
            if (type.ParseLiteral is { } parse)
            {
                parse(node);
            }
            else if (node is not (ListNode or ObjectNode))
            {
                type.ParseValue(InputLiterals.ToJson(node, null));
            }
        }
        catch (Exception thrown) when (CoercionException.Refusal(thrown) is not null)
        {
            context.Report($"Expected value of type \"{type}\". {CoercionException.Refusal(thrown)}", node);
        }
    }

    private void CheckObject(ValueNode node, InputObjectType type)
    {
        if (node is not ObjectNode value)
        {
            context.Report($"Expected value of type \"{type}\" to be an object, found {Excerpt(node)}.", node);
            CheckUnknown(node);
            return;
        }

        CheckUnique(value.Fields, "input field");
        foreach (var given in value.Fields)
        {
            if (type.Fields.TryFind(given.Name, out var field))
            {
                Check(given.Value, field.Type, field, type);
            }
            else
            {
                context.Report($"Field \"{given.Name}\" is not defined by type \"{type}\".", given);
                CheckUnknown(given.Value);
            }
        }

        foreach (var field in type.Fields)
        {
            if (field.IsRequired && !IsGiven(value.Fields, field.Name))
            {
                context.Report($"Field \"{type}.{field}\" of required type \"{field.Type}\" was not provided.", node);
            }
        }

        if (type.IsOneOf && !(value.Fields is [{ Value: not NullNode }]))
        {
            context.Report($"Within OneOf Input Object type \"{type}\", exactly one field must be specified, and the value for that field must be non-null.", node);
        }
    }

    /// <summary>A value where no type is known.</summary>
    private void CheckUnknown(ValueNode node)
    {
        switch (node)
        {
            case VariableNode variable:
                variables.Uses(variable, type: null, place: null, parent: null);
                break;
            case ListNode list:
                foreach (var item in list.Items)
                {
                    CheckUnknown(item);
                }

                break;
            case ObjectNode fields:
                CheckUnique(fields.Fields, "input field");
                foreach (var field in fields.Fields)
                {
                    CheckUnknown(field.Value);
                }

                break;
        }
    }

    /// <summary>5.4.2 and 5.6.3: no name twice.</summary>
    private void CheckUnique(ArgumentNode[] given, string kind)
    {
        if (given.Length < 2)
        {
            return;
        }

        // For the few that most have, to compare them is less than to remember them.
        var names = given.Length > 8 ? new HashSet<string>(given.Length, StringComparer.Ordinal) : null;
        for (var i = 0; i < given.Length; i++)
        {
            if (names is null ? IsGiven(given.AsSpan(0, i), given[i].Name) : !names.Add(given[i].Name))
            {
                context.Report($"There can be only one {kind} named \"{given[i].Name}\".", given[i]);
            }
        }
    }

    private static bool IsGiven(ReadOnlySpan<ArgumentNode> given, string name)
    {
        foreach (var one in given)
        {
            if (one.Name == name)
            {
                return true;
            }
        }

        return false;
    }

    private static string Excerpt(ValueNode node)
    {
        var text = node.ToString();
        return text.Length <= 60 ? text : text[..60] + "…";
    }

    /// <summary>What has arguments, named only when there is something to say of them.</summary>
    public readonly record struct Owner(string Kind, CompositeType? Parent, string Name)
    {
        public override string ToString() => Parent is null ? "@" + Name : $"{Parent}.{Name}";
    }
}
