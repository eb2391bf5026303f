using System.Runtime.CompilerServices;
using Platform.KnowledgeGraph.Search;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Projection;

/// <summary>Puts nodes and relationships into one graph and takes them out, many in one query.</summary>
internal sealed partial class GraphWriter(IGraphStore store, ILogger<GraphWriter> log)
{
    private const int RowsPerQuery = 1000;

    private static readonly GraphIndex[] Indexes =
    [
        new(Vocabulary.AnyObject, ["id"]),
        new(Vocabulary.AnyObject, ["name", "description", "search_terms"], IndexKind.Words),
        new(Vocabulary.AnyObject, [], IndexKind.Vectors),
    ];

    public Task PrepareAsync(GraphKey graph, CancellationToken ct) => store.PrepareAsync(graph, Indexes, ct);

    /// <summary>Puts nodes; what was there under the same id is replaced.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="areNew">
    /// None of them was ever there: then nothing is looked for, and the full-text index, which takes each step of a query for a
    /// change of its own, is written once instead of twice (half the server's work).
    /// </param>
    /// <param name="ct">Ends the work.</param>
    public async Task PutNodesAsync(
        GraphKey graph, IEnumerable<(string Label, IReadOnlyDictionary<string, object?> Properties)> nodes, bool areNew, CancellationToken ct)
    {
        var all = nodes.ToArray();
        foreach (var group in all.GroupBy(n => n.Label, n => n.Properties))
        {
            var put = areNew
                ? $"UNWIND $rows AS row CREATE (n:{Vocabulary.AnyObject}:{Checked(group.Key)}) SET n = row"
                : $"UNWIND $rows AS row MERGE (n:{Vocabulary.AnyObject} {{id: row.id}}) SET n = row, n:{Checked(group.Key)}";
            foreach (var rows in group.Chunk(RowsPerQuery))
            {
                await store.WriteAsync(
                    graph,
                    put,
                    new Dictionary<string, object?> { ["rows"] = rows },
                    ct);
            }
        }

        await PutVectorsAsync(graph, all, areNew, ct);
    }

    /// <summary>What has no text any more has no vector either.</summary>
    private async Task PutVectorsAsync(
        GraphKey graph, IReadOnlyList<(string Label, IReadOnlyDictionary<string, object?> Properties)> nodes, bool areNew, CancellationToken ct)
    {
        foreach (var part in nodes.Chunk(RowsPerQuery))
        {
            var (vectors, none) = (new List<(string, float[])>(part.Length), new List<string>());
            foreach (var (_, properties) in part)
            {
                var (id, features) = ((string)properties["id"]!, LexicalVector.Of(properties));
                if (features.Count > 0)
                {
                    vectors.Add((id, LexicalVector.Fold(features)));
                }
                else
                {
                    none.Add(id);
                }
            }

            if (!await store.PutVectorsAsync(graph, vectors, ct))
            {
                // The graph is what paths and answers come from; it must not wait for a search beside it.
                LogNoRoom(log, vectors.Count, graph.Name);
            }

            if (!areNew && none.Count > 0)
            {
                await store.RemoveVectorsAsync(graph, none, ct);
            }
        }
    }

    /// <summary>The relationships of nodes, in pages.</summary>
    public async IAsyncEnumerable<IReadOnlyList<GraphRelationship>> EdgesOfAsync(
        GraphKey graph, IReadOnlyCollection<string> ids, [EnumeratorCancellation] CancellationToken ct)
    {
        var cypher = $"UNWIND $ids AS x MATCH (n:{Vocabulary.AnyObject} {{id: x}})-[e]-() WITH DISTINCT e RETURN e ORDER BY id(e)";
        await foreach (var page in store.ReadPagesAsync(graph, cypher, new Dictionary<string, object?> { ["ids"] = ids }, ct))
        {
            yield return page.Rows.Select(r => (GraphRelationship)r[0]!).ToArray();
        }
    }

    /// <summary>Takes out nodes with their relationships.</summary>
    public async Task RemoveNodesAsync(GraphKey graph, IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        await store.WriteAsync(
            graph, $"UNWIND $ids AS x MATCH (n:{Vocabulary.AnyObject} {{id: x}}) DETACH DELETE n", new Dictionary<string, object?> { ["ids"] = ids }, ct);
        await store.RemoveVectorsAsync(graph, ids, ct);
    }

    /// <summary>Puts relationships, and answers those of which an end is not there.</summary>
    public async Task<IReadOnlyList<T>> PutEdgesAsync<T>(
        GraphKey graph,
        IReadOnlyCollection<T> edges,
        Func<T, EdgeEnds> ends,
        Func<T, IReadOnlyDictionary<string, object?>> properties,
        bool areNew,
        CancellationToken ct)
    {
        var dangling = new List<T>();
        foreach (var group in edges.GroupBy(e => ends(e).Type))
        {
            var put = areNew ? $"CREATE (a)-[e:{Checked(group.Key)}]->(b)" : $"MERGE (a)-[e:{Checked(group.Key)} {{id: row.p.id}}]->(b)";
            foreach (var part in group.Chunk(RowsPerQuery))
            {
                var rows = new object?[part.Length];
                for (var i = 0; i < part.Length; i++)
                {
                    var (source, _, target) = ends(part[i]);
                    rows[i] = new Dictionary<string, object?> { ["i"] = i, ["s"] = source, ["t"] = target, ["p"] = properties(part[i]) };
                }

                var answer = await store.WriteAsync(
                    graph,
                    $"UNWIND $rows AS row MATCH (a:{Vocabulary.AnyObject} {{id: row.s}}), (b:{Vocabulary.AnyObject} {{id: row.t}}) "
                    + $"{put} SET e = row.p RETURN collect(row.i)",
                    new Dictionary<string, object?> { ["rows"] = rows },
                    ct);
                var there = answer.Rows.Count == 0 ? [] : ((object?[])answer.Rows[0][0]!).Select(i => (int)(long)i!).ToHashSet();
                for (var i = 0; i < part.Length; i++)
                {
                    if (!there.Contains(i))
                    {
                        dangling.Add(part[i]);
                    }
                }
            }
        }

        return dangling;
    }

    /// <summary>Takes out relationships.</summary>
    public async Task RemoveEdgesAsync(GraphKey graph, IEnumerable<(string Id, EdgeEnds Ends)> edges, CancellationToken ct)
    {
        foreach (var group in edges.GroupBy(e => e.Ends.Type))
        {
            foreach (var part in group.Chunk(RowsPerQuery))
            {
                var rows = Array.ConvertAll(part, e => (object?)new Dictionary<string, object?> { ["id"] = e.Id, ["s"] = e.Ends.Source, ["t"] = e.Ends.Target });
                await store.WriteAsync(
                    graph,
                    $"UNWIND $rows AS row MATCH (a:{Vocabulary.AnyObject} {{id: row.s}}), (b:{Vocabulary.AnyObject} {{id: row.t}}) "
                    + $"MATCH (a)-[e:{Checked(group.Key)}]->(b) WHERE e.id = row.id DELETE e",
                    new Dictionary<string, object?> { ["rows"] = rows },
                    ct);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The vector index of {Graph} is full: {Count} objects are in the graph and not found by likeness")]
    private static partial void LogNoRoom(ILogger logger, int count, string graph);

    /// <summary>Labels and types come from <see cref="Vocabulary"/>; this is the last look before one stands in a query.</summary>
    private static string Checked(string name) =>
        Vocabulary.IsIdentifier(name) ? name : throw new InvalidOperationException("A label or type does not come from the vocabulary.");
}
