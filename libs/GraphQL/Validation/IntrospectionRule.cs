namespace Platform.GraphQL;

/// <summary>
/// Not of the specification, but of its reference implementation: lists of fields, interfaces, possible types and input
/// fields may not be asked for three times inside one another. A schema is a graph, and its answer would grow with each.
/// </summary>
internal static class IntrospectionRule
{
    private const int MaxLists = 3;

    public static void Check(ValidationContext context)
    {
        var passed = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var definition in context.Document.Items)
        {
            var selections = (definition as OperationNode)?.Selections ?? (definition as FragmentNode)?.Selections;
            if (selections is not null)
            {
                Find(context, selections, passed);
            }
        }
    }

    private static void Find(ValidationContext context, SelectionSetNode selections, Dictionary<string, int> passed)
    {
        foreach (var selection in selections.Items)
        {
            var inner = (selection as FieldNode)?.Selections ?? (selection as InlineFragmentNode)?.Selections;
            if (selection is FieldNode { Name: "__schema" or "__type" } field)
            {
                if (IsTooDeep(context, field, 0, passed))
                {
                    context.Report("Maximum introspection depth exceeded.", field);
                }
            }
            else if (inner is not null)
            {
                Find(context, inner, passed);
            }
        }
    }

    /// <param name="context">The document.</param>
    /// <param name="selection">What is below so many lists.</param>
    /// <param name="depth">How many.</param>
    /// <param name="passed">Fragments with the depth at which they were looked at: no deeper use, no second look.</param>
    private static bool IsTooDeep(ValidationContext context, SelectionNode selection, int depth, Dictionary<string, int> passed)
    {
        SelectionSetNode? inner;
        switch (selection)
        {
            case FragmentSpreadNode spread:
                if ((passed.TryGetValue(spread.Name, out var known) && known >= depth) || !context.Fragments.TryGetValue(spread.Name, out var fragment))
                {
                    return false;
                }

                passed[spread.Name] = depth;
                inner = fragment.Selections;
                break;
            case FieldNode field:
                if (field.Name is "fields" or "interfaces" or "possibleTypes" or "inputFields" && ++depth >= MaxLists)
                {
                    return true;
                }

                inner = field.Selections;
                break;
            default:
                inner = ((InlineFragmentNode)selection).Selections;
                break;
        }

        return inner is not null && Array.Exists(inner.Items, s => IsTooDeep(context, s, depth, passed));
    }
}
