namespace Platform.KnowledgeGraph.Storage;

/// <summary>A node as the API shows it.</summary>
/// <param name="Id">The STIX id of the object, or the id that a user gave.</param>
/// <param name="Labels">What it is, such as <c>IntrusionSet</c>.</param>
/// <param name="Name">Its name, where it has one.</param>
/// <param name="Properties">Everything else that is a scalar or a list of scalars.</param>
internal sealed record GraphNode(string Id, IReadOnlyList<string> Labels, string? Name, IReadOnlyDictionary<string, object?> Properties);

/// <summary>A relationship as the API shows it.</summary>
/// <param name="Id">The STIX id of the relationship or sighting.</param>
/// <param name="Type">Such as <c>USES</c>.</param>
/// <param name="SourceId">The id of the node it starts at.</param>
/// <param name="TargetId">The id of the node it ends at.</param>
/// <param name="Properties">Everything else that is a scalar or a list of scalars.</param>
internal sealed record GraphRelationship(
    string Id, string Type, string SourceId, string TargetId, IReadOnlyDictionary<string, object?> Properties);

/// <summary>A path: one node more than relationships.</summary>
/// <param name="Length">How many relationships.</param>
/// <param name="Nodes">From source to target.</param>
/// <param name="Relationships">In the order of the path.</param>
/// <param name="Weight">The sum of its weights, where it was searched by them.</param>
internal sealed record FoundPath(int Length, IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphRelationship> Relationships, double? Weight = null);

/// <summary>Rows of a query; a value is a scalar, a list, a map, or one of the records above.</summary>
/// <param name="Columns">The names in the order of RETURN.</param>
/// <param name="Rows">As many values a row as there are columns.</param>
/// <param name="Elapsed">What the store itself took.</param>
internal sealed record GraphRows(IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows, TimeSpan Elapsed)
{
    public static GraphRows Empty { get; } = new([], [], TimeSpan.Zero);
}

/// <summary>Limits of a read.</summary>
/// <param name="Timeout">The store gives up after this long.</param>
/// <param name="MaxBytes">The longest answer read from the store.</param>
/// <param name="FromUser">True where a user wrote the query: its text then stays out of traces.</param>
internal sealed record ReadLimits(TimeSpan Timeout, long MaxBytes = 64L * 1024 * 1024, bool FromUser = false)
{
    public static ReadLimits Default { get; } = new(TimeSpan.FromSeconds(5));
}
