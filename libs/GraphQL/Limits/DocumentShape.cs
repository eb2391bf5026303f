namespace Platform.GraphQL;

/// <summary>
/// How large a document is with its fragments spread out. Needs no schema and one look at each fragment, so it comes before
/// validation: what grows with the power of the fragments is refused at the price of counting it.
/// </summary>
internal sealed class DocumentShape
{
    private readonly Dictionary<string, FragmentNode> _fragments = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Fragment, bool InIntrospection), Extent> _known = [];
    private int _directives;

    private DocumentShape(DocumentNode document)
    {
        foreach (var definition in document.Items)
        {
            if (definition is FragmentNode fragment)
            {
                _fragments.TryAdd(fragment.Name, fragment);
            }
        }
    }

    /// <summary>Why a document is refused; null when it is not.</summary>
    public static string? Refuse(DocumentNode document, EngineOptions limits)
    {
        if (document.Items.Length > limits.MaxDefinitions)
        {
            return $"The document has more than {limits.MaxDefinitions} definitions.";
        }

        var shape = new DocumentShape(document);
        var extent = default(Extent);
        foreach (var definition in document.Items)
        {
            shape._directives += definition.Directives.Length;
            var found = definition switch
            {
                OperationNode operation => shape.Measure(operation.Selections, false),
                FragmentNode fragment => shape.Measure(fragment.Name, false),
                _ => default,
            };
            extent = new Extent(Math.Max(extent.Fields, found.Fields), Math.Max(extent.Aliases, found.Aliases), Math.Max(extent.Depth, found.Depth));
        }

        return extent.Depth > limits.MaxDepth ? $"The query is {extent.Depth} fields deep; at most {limits.MaxDepth} are allowed."
            : extent.Aliases > limits.MaxAliases ? $"The query has more than {limits.MaxAliases} aliases."
            : extent.Fields > limits.MaxFields ? $"The query has more than {limits.MaxFields} fields."
            : shape._directives > limits.MaxDirectives ? $"The document has more than {limits.MaxDirectives} directives."
            : null;
    }

    private Extent Measure(SelectionSetNode selections, bool inIntrospection)
    {
        var sum = default(Extent);
        foreach (var selection in selections.Items)
        {
            _directives += selection.Directives.Length;
            sum += selection switch
            {
                FieldNode field => Measure(field, inIntrospection),
                InlineFragmentNode inline => Measure(inline.Selections, inIntrospection),
                FragmentSpreadNode spread => Measure(spread.Name, inIntrospection),
                _ => default,
            };
        }

        return sum;
    }

    private Extent Measure(FieldNode field, bool inIntrospection)
    {
        inIntrospection |= field.Name is "__schema" or "__type";
        var below = field.Selections is { } selections ? Measure(selections, inIntrospection) : default;
        return new Extent(below.Fields + 1, below.Aliases + (field.Alias is null ? 0 : 1), inIntrospection ? 0 : below.Depth + 1);
    }

    private Extent Measure(string name, bool inIntrospection)
    {
        if (_known.TryGetValue((name, inIntrospection), out var known) || !_fragments.TryGetValue(name, out var fragment))
        {
            return known;
        }

        // While it is being measured it counts nothing: a cycle is validation's to tell.
        _known[(name, inIntrospection)] = default;
        return _known[(name, inIntrospection)] = Measure(fragment.Selections, inIntrospection);
    }

    /// <summary>Sums stay below what a number can hold.</summary>
    private readonly record struct Extent(long Fields, long Aliases, int Depth)
    {
        private const long Enough = int.MaxValue;

        public static Extent operator +(Extent a, Extent b) =>
            new(Math.Min(a.Fields + b.Fields, Enough), Math.Min(a.Aliases + b.Aliases, Enough), Math.Max(a.Depth, b.Depth));
    }
}
