namespace Platform.GraphQL;

/// <summary>5.2.4.1 and 5.2.4.2: a subscription selects one field, not of introspection, and not depending on variables.</summary>
internal static class SubscriptionRule
{
    public static void Check(ValidationContext context)
    {
        foreach (var definition in context.Document.Items)
        {
            if (definition is OperationNode { Kind: OperationKind.Subscription } operation && context.Schema.Subscription is { } type)
            {
                Check(context, operation, type);
            }
        }
    }

    private static void Check(ValidationContext context, OperationNode operation, ObjectType type)
    {
        var fields = new OrderedDictionary<string, FieldNode>(StringComparer.Ordinal);
        var name = operation.Name is { } given ? $"Subscription \"{given}\"" : "Anonymous Subscription";
        if (!Collect(context, operation.Selections, type, fields, []))
        {
            context.Report($"{name} must not use `@skip` or `@include` directives in the top level selection.", operation);
            return;
        }

        if (fields.Count != 1)
        {
            context.Report($"{name} must select only one top level field.", operation);
        }

        foreach (var field in fields.Values)
        {
            if (field.Name.StartsWith("__", StringComparison.Ordinal))
            {
                context.Report($"{name} must not select an introspection top level field.", field);
            }
        }
    }

    /// <summary>False where a condition stands on the way.</summary>
    private static bool Collect(ValidationContext context, SelectionSetNode selections, ObjectType type, OrderedDictionary<string, FieldNode> fields, HashSet<string> visited)
    {
        foreach (var selection in selections.Items)
        {
            if (Array.Exists(selection.Directives, d => d.Name is KnownDirectives.Skip or KnownDirectives.Include))
            {
                return false;
            }

            var inner = selection switch
            {
                InlineFragmentNode inline when Applies(context, inline.TypeCondition, type) => inline.Selections,
                FragmentSpreadNode spread when visited.Add(spread.Name) && context.Fragments.TryGetValue(spread.Name, out var fragment) && Applies(context, fragment.TypeCondition, type)
                    => fragment.Selections,
                _ => null,
            };
            if (selection is FieldNode field)
            {
                fields.TryAdd(field.ResponseName, field);
            }
            else if (inner is not null && !Collect(context, inner, type, fields, visited))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Applies(ValidationContext context, NamedTypeNode? condition, ObjectType type) => context.TypeOf(condition, type)?.Possible.Contains(type) == true;
}
