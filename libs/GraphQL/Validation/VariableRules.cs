namespace Platform.GraphQL;

/// <summary>
/// 5.8 Variables. What a definition uses and spreads is written down while the document is walked; then each operation goes
/// through the fragments that it reaches.
/// </summary>
internal sealed class VariableRules(ValidationContext context)
{
    private readonly Dictionary<DefinitionNode, Scope> _scopes = [];
    private Scope _current = new();

    public void Begin(DefinitionNode definition) => _scopes[definition] = _current = new Scope();

    public void Spreads(string fragment) => (_current.Spreads ??= new(StringComparer.Ordinal)).Add(fragment);

    /// <summary>A variable at a place of a type; without one where the place is unknown.</summary>
    public void Uses(VariableNode variable, GraphType? type, InputValue? place, InputObjectType? parent) => _current.Uses.Add(new Use(variable, type, place, parent));

    /// <summary>5.8.2 Variables are input types; 5.6.1 of their defaults.</summary>
    public void CheckDefinition(VariableDefinitionNode variable, ValueRules values)
    {
        var type = context.Schema.TypeOf(variable.Type);
        if (type is null)
        {
            context.Report($"Unknown type \"{Innermost(variable.Type)}\".", variable.Type);
        }
        else if (!type.IsInput)
        {
            context.Report($"Variable \"${variable.Name}\" cannot be non-input type \"{variable.Type}\".", variable.Type);
        }
        else if (variable.DefaultValue is { } value)
        {
            values.Check(value, type, place: null, parent: null);
        }
    }

    /// <summary>5.8.1 unique, 5.8.3 defined, 5.8.4 used, 5.8.5 allowed.</summary>
    public void CheckUse()
    {
        foreach (var definition in context.Document.Items)
        {
            if (definition is OperationNode operation)
            {
                Check(operation);
            }
        }
    }

    private void Check(OperationNode operation)
    {
        var scopes = Reach(operation);
        if (operation.Variables.Length == 0 && scopes.TrueForAll(static s => s.Uses.Count == 0))
        {
            return;
        }

        var defined = new Dictionary<string, (VariableDefinitionNode Node, GraphType? Type)>(StringComparer.Ordinal);
        foreach (var variable in operation.Variables)
        {
            if (!defined.TryAdd(variable.Name, (variable, context.Schema.TypeOf(variable.Type))))
            {
                context.Report($"There can be only one variable named \"${variable.Name}\".", variable);
            }
        }

        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var scope in scopes)
        {
            foreach (var use in scope.Uses)
            {
                used.Add(use.Variable.Name);
                if (!defined.TryGetValue(use.Variable.Name, out var variable))
                {
                    context.Report($"Variable \"${use.Variable.Name}\" is not defined{(operation.Name is { } name ? $" by operation \"{name}\"" : "")}.", use.Variable, operation);
                }
                else if (use.Type is not null && variable.Type is not null)
                {
                    CheckPlace(variable.Node, variable.Type, use, use.Type);
                }
            }
        }

        foreach (var variable in operation.Variables)
        {
            if (!used.Contains(variable.Name))
            {
                context.Report($"Variable \"${variable.Name}\" is never used{(operation.Name is { } name ? $" in operation \"{name}\"" : "")}.", variable);
            }
        }
    }

    /// <summary>5.8.5, IsVariableUsageAllowed.</summary>
    private void CheckPlace(VariableDefinitionNode definition, GraphType type, Use use, GraphType place)
    {
        var expected = place;
        if (place is NonNullType nonNull && type is not NonNullType && (definition.DefaultValue is not (null or NullNode) || use.Place?.DefaultValue is not null))
        {
            expected = nonNull.Inner;
        }

        if (!Schema.IsSubtype(type, expected))
        {
            context.Report($"Variable \"${definition.Name}\" of type \"{type}\" used in position expecting type \"{place}\".", definition, use.Variable);
        }

        if (use.Parent is { IsOneOf: true } && type is not NonNullType)
        {
            context.Report($"Variable \"${definition.Name}\" is of type \"{type}\" but must be non-nullable to be used for OneOf Input Object \"{use.Parent}\".", definition, use.Variable);
        }
    }

    private List<Scope> Reach(OperationNode operation)
    {
        var reached = new List<Scope> { _scopes[operation] };
        if (reached[0].Spreads is null)
        {
            return reached;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < reached.Count; i++)
        {
            foreach (var name in reached[i].Spreads ?? [])
            {
                if (names.Add(name) && context.Fragments.TryGetValue(name, out var fragment) && _scopes.TryGetValue(fragment, out var scope))
                {
                    reached.Add(scope);
                }
            }
        }

        return reached;
    }

    private static string Innermost(TypeNode type) => type switch
    {
        ListTypeNode list => Innermost(list.Inner),
        NonNullTypeNode nonNull => Innermost(nonNull.Inner),
        _ => ((NamedTypeNode)type).Name,
    };

    private sealed class Scope
    {
        public List<Use> Uses { get; } = [];

        /// <summary>Null while there are none.</summary>
        public HashSet<string>? Spreads { get; set; }
    }

    private readonly record struct Use(VariableNode Variable, GraphType? Type, InputValue? Place, InputObjectType? Parent);
}
