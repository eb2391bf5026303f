namespace Platform.KnowledgeGraph.Storage;

/// <summary>
/// A graph database that speaks Cypher. One query is the unit of atomicity. Features write the common subset of
/// Cypher; what differs between databases (indexes, full text, plans, algorithms) has a method here.
/// </summary>
internal interface IGraphStore
{
    /// <summary>Runs a query that cannot write; a graph that does not exist answers as an empty one.</summary>
    Task<GraphRows> ReadAsync(GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, ReadLimits limits, CancellationToken ct);

    /// <summary>Runs a query that may write, all of it or nothing.</summary>
    Task<GraphRows> WriteAsync(GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, CancellationToken ct);

    /// <summary>Makes the graph's indexes where they are missing.</summary>
    Task PrepareAsync(GraphKey graph, IReadOnlyList<GraphIndex> indexes, CancellationToken ct);

    /// <summary>Removes a graph with everything in it; nothing happens when there is none.</summary>
    Task DropAsync(GraphKey graph, CancellationToken ct);

    /// <summary>Puts one graph, with its indexes, in the place of another, which is gone then: in one step for whoever reads.</summary>
    Task ReplaceAsync(GraphKey graph, GraphKey by, CancellationToken ct);

    /// <summary>The keys of all graphs.</summary>
    Task<IReadOnlyList<GraphKey>> ListAsync(CancellationToken ct);

    /// <summary>Nodes whose text matches, best first.</summary>
    Task<IReadOnlyList<ScoredNode>> SearchAsync(GraphKey graph, TextSearch search, CancellationToken ct);

    /// <summary>The nodes that matter most by an algorithm, best first, equals by id.</summary>
    Task<IReadOnlyList<ScoredNode>> RankAsync(GraphKey graph, Ranking by, AlgorithmScope scope, int limit, CancellationToken ct);

    /// <summary>The groups that an algorithm finds, the largest first, equals by the least id in them.</summary>
    Task<IReadOnlyList<NodeGroup>> GroupAsync(GraphKey graph, Grouping by, AlgorithmScope scope, int limit, int members, CancellationToken ct);

    /// <summary>What the graph is made of; what no longer occurs is left out.</summary>
    Task<GraphSummary> SummarizeAsync(GraphKey graph, CancellationToken ct);

    /// <summary>
    /// The plan of a query that cannot write, one operation a line; with <paramref name="profile"/> the query is run, and each line says
    /// what its operation took.
    /// </summary>
    Task<IReadOnlyList<string>> PlanAsync(
        GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, bool profile, TimeSpan timeout, CancellationToken ct);

    /// <summary>Keeps the vectors of nodes, by their ids; false where the store has no room for more, and nothing was kept.</summary>
    Task<bool> PutVectorsAsync(GraphKey graph, IReadOnlyList<(string Id, float[] Vector)> vectors, CancellationToken ct);

    /// <summary>Forgets the vectors of nodes.</summary>
    Task RemoveVectorsAsync(GraphKey graph, IReadOnlyCollection<string> ids, CancellationToken ct);

    /// <summary>The ids of the nodes whose vectors are nearest to one, nearest first, by the angle between them.</summary>
    Task<IReadOnlyList<string>> NearestAsync(GraphKey graph, float[] vector, int count, CancellationToken ct);

    /// <summary>How many nodes each word occurs in, in any of its forms.</summary>
    Task<IReadOnlyDictionary<string, long>> CountWordsAsync(GraphKey graph, IReadOnlyCollection<string> words, CancellationToken ct);

    /// <summary>Throws unless the store answers.</summary>
    Task PingAsync(CancellationToken ct);
}

/// <summary>An index of nodes with a label: over properties by value, over several by their words, or over the nodes' vectors.</summary>
internal sealed record GraphIndex(string Label, IReadOnlyList<string> Properties, IndexKind Kind = IndexKind.Value);

/// <summary>What an index finds by.</summary>
internal enum IndexKind
{
    Value,
    Words,
    Vectors,
}

/// <summary>How a text is searched for.</summary>
internal enum TextMatch
{
    /// <summary>All words occur, in any of their forms.</summary>
    Words,

    /// <summary>All words occur, the last one as the beginning of a word.</summary>
    Prefix,

    /// <summary>All words occur, longer ones with up to two letters more, fewer or other ones.</summary>
    Alike,
}

/// <summary>A full-text search.</summary>
internal sealed record TextSearch(string Text, TextMatch Match, int Limit);

/// <summary>A node with how well it matches; higher is better.</summary>
internal sealed record ScoredNode(GraphNode Node, double Score);

/// <summary>An algorithm that scores nodes.</summary>
internal enum Ranking
{
    /// <summary>PageRank, along the direction of relationships.</summary>
    PageRank,

    /// <summary>How many shortest paths lead through a node, from a fixed sample of starts.</summary>
    Betweenness,

    /// <summary>How many relationships a node has, in either direction; those without any are left out.</summary>
    Degree,
}

/// <summary>An algorithm that puts nodes into groups.</summary>
internal enum Grouping
{
    /// <summary>Label propagation.</summary>
    Communities,

    /// <summary>What hangs together, whatever the direction.</summary>
    Components,
}

/// <summary>What an algorithm looks at: nodes with a label and relationships of a type, all where none is given; what does not occur gives nothing.</summary>
internal sealed record AlgorithmScope(string? Label, string? Type);

/// <summary>Nodes that belong together.</summary>
/// <param name="Size">How many they are.</param>
/// <param name="Ids">Of some of them, in order.</param>
internal sealed record NodeGroup(long Size, IReadOnlyList<string> Ids);

/// <summary>Counts of a graph, names in alphabetical order.</summary>
internal sealed record GraphSummary(
    long Nodes, long Relationships, IReadOnlyList<(string Name, long Count)> Labels, IReadOnlyList<(string Name, long Count)> Types, IReadOnlyList<string> PropertyKeys);

/// <summary>Why a store could not answer.</summary>
internal enum GraphFailure
{
    Unavailable,
    TooExpensive,
    Invalid,
    NotAllowed,
}

/// <summary>A store's failure, in the terms of the API.</summary>
internal sealed class GraphStoreException(GraphFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public GraphFailure Failure { get; } = failure;
}
