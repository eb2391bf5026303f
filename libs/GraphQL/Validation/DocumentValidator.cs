namespace Platform.GraphQL;

/// <summary>
/// All rules of chapter 5 of the specification. One walk over the document knows the type at every place and asks the rules
/// that look at one place; rules that look across fragments work on what the walk has gathered, each fragment once.
/// </summary>
internal sealed class DocumentValidator
{
    private readonly ValidationContext _context;
    private readonly ValueRules _values;
    private readonly DirectiveRules _directives;
    private readonly FragmentRules _fragments;
    private readonly VariableRules _variables;
    private readonly FieldRules _fields;

    private DocumentValidator(ValidationContext context)
    {
        _context = context;
        _variables = new VariableRules(context);
        _values = new ValueRules(context, _variables);
        _directives = new DirectiveRules(context, _values);
        _fragments = new FragmentRules(context);
        _fields = new FieldRules(context, _values);
    }

    /// <summary>What is wrong with a document; empty when nothing is.</summary>
    public static IReadOnlyList<GraphQLError> Validate(Schema schema, DocumentNode document, int maxErrors = 100)
    {
        var context = new ValidationContext(schema, document, maxErrors);
        new DocumentValidator(context).Run();
        return context.Errors;
    }

    private void Run()
    {
        OperationRules.Check(_context);
        if (_context.Errors.Count > 0 && Array.Exists(_context.Document.Items, d => d is TypeSystemNode))
        {
            return;
        }

        foreach (var definition in _context.Document.Items)
        {
            switch (definition)
            {
                case OperationNode operation:
                    Walk(operation);
                    break;
                case FragmentNode fragment:
                    Walk(fragment);
                    break;
            }

            if (_context.IsFull)
            {
                return;
            }
        }

        _fragments.CheckUse();
        _variables.CheckUse();
        IntrospectionRule.Check(_context);
        // Merging follows fragments: it asks that they end.
        if (!_fragments.HasCycles)
        {
            SubscriptionRule.Check(_context);
            OverlappingFields.Check(_context);
        }
    }

    private void Walk(OperationNode operation)
    {
        _variables.Begin(operation);
        _directives.Check(operation.Directives, OperationRules.LocationOf(operation.Kind));
        foreach (var variable in operation.Variables)
        {
            _directives.Check(variable.Directives, DirectiveLocations.VariableDefinition);
            _variables.CheckDefinition(variable, _values);
        }

        Walk(operation.Selections, _context.Schema.RootOf(operation.Kind));
    }

    private void Walk(FragmentNode fragment)
    {
        _variables.Begin(fragment);
        _directives.Check(fragment.Directives, DirectiveLocations.FragmentDefinition);
        _fragments.CheckCondition(fragment.TypeCondition, fragment.Name);
        Walk(fragment.Selections, _context.TypeOf(fragment.TypeCondition, null));
    }

    private void Walk(SelectionSetNode selections, CompositeType? type)
    {
        foreach (var selection in selections.Items)
        {
            if (_context.IsFull)
            {
                return;
            }

            switch (selection)
            {
                case FieldNode node:
                    Walk(node, type);
                    break;
                case FragmentSpreadNode spread:
                    _directives.Check(spread.Directives, DirectiveLocations.FragmentSpread);
                    _fragments.CheckSpread(spread, type);
                    _variables.Spreads(spread.Name);
                    break;
                case InlineFragmentNode inline:
                    _directives.Check(inline.Directives, DirectiveLocations.InlineFragment);
                    _fragments.CheckCondition(inline.TypeCondition, null);
                    var inner = _context.TypeOf(inline.TypeCondition, type);
                    _fragments.CheckOverlap(inline, inner, type);
                    Walk(inline.Selections, inner);
                    break;
            }
        }
    }

    private void Walk(FieldNode node, CompositeType? parent)
    {
        var field = _fields.Check(node, parent);
        _directives.Check(node.Directives, DirectiveLocations.Field);
        if (node.Selections is { } selections)
        {
            Walk(selections, field?.Type.Named as CompositeType);
        }
    }
}
