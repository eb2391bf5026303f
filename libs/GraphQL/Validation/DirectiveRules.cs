namespace Platform.GraphQL;

/// <summary>5.7 Directives: defined, in their place, once unless repeatable; their arguments.</summary>
internal sealed class DirectiveRules(ValidationContext context, ValueRules values)
{
    public void Check(DirectiveNode[] directives, string location)
    {
        for (var i = 0; i < directives.Length; i++)
        {
            var node = directives[i];
            if (!context.Schema.Directives.TryFind(node.Name, out var definition))
            {
                context.Report($"Unknown directive \"@{node.Name}\".", node);
                values.CheckUnknown(node.Arguments);
                continue;
            }

            if (!definition.Locations.Contains(location))
            {
                context.Report($"Directive \"@{node.Name}\" may not be used on {location}.", node);
            }

            if (!definition.IsRepeatable && Array.FindIndex(directives, d => d.Name == node.Name) < i)
            {
                context.Report($"The directive \"@{node.Name}\" can only be used once at this location.", node);
            }

            values.CheckArguments(node, node.Arguments, definition.Arguments, new ValueRules.Owner("directive", null, node.Name));
        }
    }
}
