namespace Platform.GraphQL;

/// <summary>Which fields are selected of an object (specification 6.3.2, CollectFields), with their arguments (6.4.1).</summary>
internal sealed class SelectionCollector(Schema schema, PreparedDocument document, Variables variables)
{
    public Selection[] Collect(ObjectType type, SelectionSetNode selections)
    {
        var groups = new OrderedDictionary<string, List<FieldNode>>(StringComparer.Ordinal);
        Collect(type, selections, groups, []);
        return Build(type, groups);
    }

    public Selection[] Collect(ObjectType type, FieldNode[] nodes)
    {
        var groups = new OrderedDictionary<string, List<FieldNode>>(StringComparer.Ordinal);
        var visited = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            if (node.Selections is { } selections)
            {
                Collect(type, selections, groups, visited);
            }
        }

        return Build(type, groups);
    }

    private void Collect(ObjectType type, SelectionSetNode selections, OrderedDictionary<string, List<FieldNode>> groups, HashSet<string> visited)
    {
        foreach (var selection in selections.Items)
        {
            if (!IsIncluded(selection))
            {
                continue;
            }

            switch (selection)
            {
                case FieldNode field:
                    if (!groups.TryGetValue(field.ResponseName, out var nodes))
                    {
                        groups.Add(field.ResponseName, nodes = []);
                    }

                    nodes.Add(field);
                    break;
                case InlineFragmentNode inline when Applies(inline.TypeCondition, type):
                    Collect(type, inline.Selections, groups, visited);
                    break;
                case FragmentSpreadNode spread when visited.Add(spread.Name) && document.Fragment(spread.Name) is { } fragment && Applies(fragment.TypeCondition, type):
                    Collect(type, fragment.Selections, groups, visited);
                    break;
            }
        }
    }

    /// <summary>3.13.1 and 3.13.2: <c>@skip</c> and <c>@include</c>.</summary>
    public bool IsIncluded(SelectionNode selection)
    {
        foreach (var directive in selection.Directives)
        {
            if (directive.Name is KnownDirectives.Skip or KnownDirectives.Include
                && directive.Argument("if") is { } condition
                && InputLiterals.TryRead(condition, schema.Find("Boolean")!, variables, out var value)
                && value is bool flag && flag == (directive.Name == KnownDirectives.Skip))
            {
                return false;
            }
        }

        return true;
    }

    private bool Applies(NamedTypeNode? condition, ObjectType type) => condition is null || condition.Name == type.Name
        || (schema.Find(condition.Name) is CompositeType composite && composite.Possible.Contains(type));

    private Selection[] Build(ObjectType type, OrderedDictionary<string, List<FieldNode>> groups)
    {
        var selections = new List<Selection>(groups.Count);
        foreach (var (name, nodes) in groups)
        {
            if (schema.FieldOf(type, nodes[0].Name) is not { } field)
            {
                continue;
            }

            if (field.Arguments.Count == 0)
            {
                selections.Add(new Selection(name, field, [.. nodes]));
                continue;
            }

            var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
            var fault = Read(field, nodes[0], arguments);
            selections.Add(new Selection(name, field, [.. nodes]) { Arguments = arguments, Fault = fault });
        }

        return [.. selections];
    }

    private GraphQLError? Read(Field field, FieldNode node, Dictionary<string, object?> arguments)
    {
        foreach (var argument in field.Arguments)
        {
            var given = Array.Find(node.Arguments, a => a.Name == argument.Name)?.Value;
            if (given is VariableNode variable && !variables.TryGet(variable.Name, out _))
            {
                given = null;
            }

            if (given is null)
            {
                if (argument.IsRequired)
                {
                    return Fault(node, $"Argument \"{argument.Name}\" of required type \"{argument.Type}\" was not provided.");
                }

                if (argument.DefaultValue is not null)
                {
                    arguments[argument.Name] = argument.Default;
                }

                continue;
            }

            try
            {
                if (!InputLiterals.TryRead(given, argument.Type, variables, out var value))
                {
                    return Fault(given, $"Argument \"{argument.Name}\" of type \"{argument.Type}\" has an invalid value.");
                }

                arguments[argument.Name] = InputLiterals.Constrained(argument, value);
            }
            catch (Exception thrown)
            {
                return CoercionException.Refusal(thrown) is { } why
                    ? Fault(given, $"Argument \"{argument.Name}\": {why}")
                    : Fault(given, "Internal server error.") with { Code = "INTERNAL_SERVER_ERROR" };
            }
        }

        return null;
    }

    private GraphQLError Fault(SyntaxNode node, string message) => new(message) { Locations = [document.Document.LocationOf(node)], Code = "VALIDATION_ERROR" };
}
