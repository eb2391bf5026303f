namespace Platform.GraphQL;

/// <summary>A document being validated: what rules look up, and the errors they find.</summary>
internal sealed class ValidationContext
{
    private readonly int _maxErrors;

    public ValidationContext(Schema schema, DocumentNode document, int maxErrors)
    {
        (Schema, Document, _maxErrors) = (schema, document, maxErrors);
        foreach (var definition in document.Items)
        {
            if (definition is FragmentNode fragment)
            {
                Fragments.TryAdd(fragment.Name, fragment);
            }
        }
    }

    public Schema Schema { get; }

    public DocumentNode Document { get; }

    public Dictionary<string, FragmentNode> Fragments { get; } = new(StringComparer.Ordinal);

    public List<GraphQLError> Errors { get; } = [];

    /// <summary>Enough is told: nobody reads further, and a hostile document gets no more work.</summary>
    public bool IsFull => Errors.Count >= _maxErrors;

    public void Report(string message, params ReadOnlySpan<SyntaxNode> nodes)
    {
        if (IsFull)
        {
            return;
        }

        var locations = new SourceLocation[nodes.Length];
        for (var i = 0; i < nodes.Length; i++)
        {
            locations[i] = Document.LocationOf(nodes[i]);
        }

        Errors.Add(new GraphQLError(message) { Locations = locations, Code = "GRAPHQL_VALIDATION_FAILED" });
    }

    public CompositeType? TypeOf(NamedTypeNode? condition, CompositeType? otherwise) =>
        condition is null ? otherwise : Schema.Find(condition.Name) as CompositeType;
}
