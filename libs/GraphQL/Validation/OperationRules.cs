namespace Platform.GraphQL;

/// <summary>5.1 Documents and 5.2 Operations: only executable definitions, unique names, one anonymous operation, roots that exist.</summary>
internal static class OperationRules
{
    public static string LocationOf(OperationKind kind) => kind switch
    {
        OperationKind.Query => DirectiveLocations.Query,
        OperationKind.Mutation => DirectiveLocations.Mutation,
        _ => DirectiveLocations.Subscription,
    };

    public static void Check(ValidationContext context)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var operations = 0;
        OperationNode? anonymous = null;
        foreach (var definition in context.Document.Items)
        {
            switch (definition)
            {
                case TypeSystemNode node:
                    context.Report("The definition is not executable.", node);
                    break;
                case OperationNode operation:
                    operations++;
                    anonymous ??= operation.Name is null ? operation : null;
                    if (operation.Name is { } name && !names.Add(name))
                    {
                        context.Report($"There can be only one operation named \"{name}\".", operation);
                    }

                    if (context.Schema.RootOf(operation.Kind) is null)
                    {
                        context.Report($"The schema supports no {operation.Kind.ToString().ToLowerInvariant()} operations.", operation);
                    }

                    break;
                case FragmentNode fragment when context.Fragments[fragment.Name] != fragment:
                    context.Report($"There can be only one fragment named \"{fragment.Name}\".", context.Fragments[fragment.Name], fragment);
                    break;
            }
        }

        if (anonymous is not null && operations > 1)
        {
            context.Report("This anonymous operation must be the only defined operation.", anonymous);
        }
    }
}
