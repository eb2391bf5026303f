namespace FalkorDb;

/// <summary>A node as the server answers it. The internal id is reused after deletion: never a key of yours.</summary>
public sealed record Node(long Id, IReadOnlyList<string> Labels, IReadOnlyDictionary<string, object?> Properties);

/// <summary>A relationship between two nodes, given by their internal ids.</summary>
public sealed record Edge(long Id, string Type, long SourceId, long TargetId, IReadOnlyDictionary<string, object?> Properties);

/// <summary>A path: one node more than relationships.</summary>
public sealed record GraphPath(IReadOnlyList<Node> Nodes, IReadOnlyList<Edge> Edges);

/// <summary>A WGS 84 point.</summary>
public readonly record struct Point(double Latitude, double Longitude);

/// <summary>
/// A duration as the server gives it: seconds. Months are already flattened by the server, which keeps them as seconds.
/// </summary>
public readonly record struct CypherDuration(long TotalSeconds);

/// <summary>
/// The rows of a query. A value is null, string, long, bool, double, <see cref="Node"/>, <see cref="Edge"/>,
/// <see cref="GraphPath"/>, <see cref="Point"/>, a float array, <see cref="DateTime"/>, <see cref="DateOnly"/>,
/// <see cref="TimeOnly"/>, <see cref="CypherDuration"/>, a list (object?[]) or a map (Dictionary).
/// </summary>
public sealed class QueryResult
{
    internal QueryResult(IReadOnlyList<string> columns, IReadOnlyList<object?[]> rows, IReadOnlyDictionary<string, string> statistics)
    {
        Columns = columns;
        Rows = rows;
        Statistics = statistics;
    }

    public IReadOnlyList<string> Columns { get; }

    public IReadOnlyList<object?[]> Rows { get; }

    /// <summary>The server's own figures, such as <c>Nodes created</c> and <c>Query internal execution time</c>.</summary>
    public IReadOnlyDictionary<string, string> Statistics { get; }

    /// <summary>One of the counting statistics; 0 where the server did not name it.</summary>
    public long Count(string statistic) => Statistics.TryGetValue(statistic, out var text) && long.TryParse(text, out var count) ? count : 0;

    /// <summary>The only value of the first row, or the type's default when there is no row.</summary>
    public T? Scalar<T>() => Rows.Count == 0 ? default : (T?)Rows[0][0];
}
