namespace Platform.GraphQL;

/// <summary>What makes a type system valid (specification 3, "Type Validation" of each kind of type). Tells all faults at once.</summary>
internal sealed partial class SchemaRules
{
    private readonly Schema _schema;
    private readonly List<string> _faults = [];

    private SchemaRules(Schema schema) => _schema = schema;

    public static void Check(Schema schema, string[] roots)
    {
        var rules = new SchemaRules(schema);
        rules.CheckRoots(roots);
        foreach (var type in schema.Types)
        {
            rules.Check(type);
        }

        rules.CheckDirectives();
        if (rules._faults.Count > 0)
        {
            throw new SchemaException(rules._faults);
        }

        // Defaults can only be read when @oneOf and all input types are known to be sound.
        rules.CheckDefaults();
        if (rules._faults.Count > 0)
        {
            throw new SchemaException(rules._faults);
        }
    }

    private void CheckRoots(string[] roots)
    {
        foreach (var root in roots)
        {
            Require(_schema.Find(root) is ObjectType, $"Root type \"{root}\" must be an object type.");
        }

        Require(_schema.Query is not null, "Query root type must be provided.");
        Require(new[] { _schema.Query, _schema.Mutation, _schema.Subscription }.OfType<ObjectType>().GroupBy(t => t).All(g => g.Count() == 1), "All root types must be different.");
    }

    private void Check(NamedType type)
    {
        CheckName(type.Name, type.Name);
        switch (type)
        {
            case FieldsType fields:
                CheckFields(fields);
                break;
            case UnionType union:
                Require(union.Possible.Length > 0, $"Union type {type} must define one or more member types.");
                break;
            case EnumType symbols:
                Require(symbols.Values.Count > 0, $"Enum type {type} must define one or more values.");
                foreach (var value in symbols.Values)
                {
                    Require(value.Name is not ("true" or "false" or "null"), $"Enum value {type}.{value} has a reserved name.");
                }

                break;
            case InputObjectType input:
                CheckInput(input);
                break;
        }
    }

    private void CheckInput(InputObjectType input)
    {
        Require(input.Fields.Count > 0, $"Input Object type {input} must define one or more fields.");
        CheckValues(input.Name, input.Fields);
        input.IsOneOf = input.Directive(KnownDirectives.OneOf) is not null;
        foreach (var field in input.Fields)
        {
            Require(!input.IsOneOf || field.Type is not NonNullType, $"OneOf input field {input}.{field} must be nullable.");
            Require(!input.IsOneOf || field.DefaultValue is null, $"OneOf input field {input}.{field} cannot have a default value.");
        }

        Require(!Needs(input, input, []), $"Input Object {input} cannot be required by itself through non-null fields.");
    }

    /// <summary>Whether a value of one input type cannot be written without one of the other inside it.</summary>
    private static bool Needs(InputObjectType type, InputObjectType other, HashSet<InputObjectType> seen)
    {
        foreach (var field in type.Fields)
        {
            if (field.Type is NonNullType { Inner: InputObjectType inner } && (inner == other || (seen.Add(inner) && Needs(inner, other, seen))))
            {
                return true;
            }
        }

        return false;
    }

    private void CheckValues(string where, NamedList<InputValue> values)
    {
        foreach (var value in values)
        {
            CheckName(value.Name, $"{where}({value.Name}:)");
            Require(value.Type.IsInput, $"The type of {where}({value}:) must be an input type but is {value.Type}.");
            Require(!value.IsRequired || value.Directive(KnownDirectives.Deprecated) is null, $"Required {where}({value}:) cannot be deprecated.");
        }
    }

    private void CheckDirectives()
    {
        foreach (var directive in _schema.Directives)
        {
            CheckName(directive.Name, "@" + directive.Name);
            CheckValues("@" + directive.Name, directive.Arguments);
        }

        foreach (var (where, location, directives) in SchemaWalk.Members(_schema.Types, _schema.Directives))
        {
            foreach (var applied in directives)
            {
                CheckApplied(where, location, applied, directives);
            }
        }
    }

    private void CheckApplied(string where, string location, DirectiveNode applied, IReadOnlyList<DirectiveNode> all)
    {
        if (!_schema.Directives.TryFind(applied.Name, out var definition))
        {
            _faults.Add($"Unknown directive \"@{applied.Name}\" at {where}.");
            return;
        }

        Require(definition.Locations.Contains(location), $"Directive \"@{applied.Name}\" may not be used on {location} ({where}).");
        Require(definition.IsRepeatable || all.Count(d => d.Name == applied.Name) == 1, $"The directive \"@{applied.Name}\" can only be used once at {where}.");
        foreach (var argument in applied.Arguments)
        {
            var known = definition.Arguments.Find(argument.Name);
            Require(known is not null, $"Unknown argument \"{argument.Name}\" on directive \"@{applied.Name}\" at {where}.");
            Require(known is null || InputLiterals.TryRead(argument.Value, known.Type, null, out _), $"Argument \"{argument.Name}\" of \"@{applied.Name}\" at {where} cannot be {argument.Value}.");
        }

        foreach (var known in definition.Arguments)
        {
            Require(!known.IsRequired || applied.Argument(known.Name) is not null, $"Directive \"@{applied.Name}\" at {where} needs argument \"{known.Name}\".");
        }
    }

    private void CheckDefaults()
    {
        var values = _schema.Types.SelectMany(t => t switch
        {
            FieldsType fields => fields.Fields.SelectMany(f => f.Arguments.Select(a => (Where: $"{t}.{f}({a}:)", Value: a))),
            InputObjectType input => input.Fields.Select(f => (Where: $"{t}.{f}", Value: f)),
            _ => [],
        }).Concat(_schema.Directives.SelectMany(d => d.Arguments.Select(a => (Where: $"@{d}({a}:)", Value: a)))).ToList();
        foreach (var (where, value) in values)
        {
            if (value.DefaultValue is { } literal)
            {
                Require(!IsEndless(value, []), $"The default value of {where} contains itself.");
            }
        }

        if (_faults.Count > 0)
        {
            return;
        }

        foreach (var (where, value) in values)
        {
            if (value.DefaultValue is { } literal)
            {
                object? read = null;
                Require(CanRead(() => InputLiterals.TryRead(literal, value.Type, null, out read)), $"The default value of {where} cannot be {literal}.");
                value.Default = read;
            }
        }
    }

    private static bool CanRead(Func<bool> read)
    {
        try
        {
            return read();
        }
        catch (Exception thrown) when (CoercionException.Refusal(thrown) is not null)
        {
            return false;
        }
    }

    /// <summary>Whether filling a default in needs that same default again (3.10, InputFieldDefaultValueHasCycle).</summary>
    private static bool IsEndless(InputValue field, HashSet<InputValue> open) =>
        field.DefaultValue is not null && (!open.Add(field) || HasCycle(field.DefaultValue, field.Type, open));

    private static bool HasCycle(ValueNode value, GraphType type, HashSet<InputValue> open)
    {
        if (type.Nullable is ListType list)
        {
            return value is ListNode items ? Array.Exists(items.Items, i => HasCycle(i, list.Inner, open)) : HasCycle(value, list.Inner, open);
        }

        return type.Nullable is InputObjectType input && value is ObjectNode fields && input.Fields.Any(f =>
            Array.Find(fields.Fields, g => g.Name == f.Name) is { } given ? HasCycle(given.Value, f.Type, open) : IsEndless(f, [.. open]));
    }

    private void CheckName(string name, string where) =>
        Require(!name.StartsWith("__", StringComparison.Ordinal) || where.StartsWith("__", StringComparison.Ordinal) && IsOwn(name), $"Name \"{name}\" at {where} must not begin with \"__\", which is reserved by GraphQL introspection.");

    private static bool IsOwn(string name) =>
        name is "__Schema" or "__Type" or "__TypeKind" or "__Field" or "__InputValue" or "__EnumValue" or "__Directive" or "__DirectiveLocation";

    private void Require(bool holds, string fault)
    {
        if (!holds)
        {
            _faults.Add(fault);
        }
    }
}
