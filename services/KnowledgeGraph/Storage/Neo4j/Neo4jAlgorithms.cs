namespace Platform.KnowledgeGraph.Storage.Neo4j;

/// <summary>
/// Graph algorithms in this process, since the server has none without its Graph Data Science library. The part of the graph that they
/// look at is read as pairs of numbers; there is an end to how large it may be.
/// </summary>
internal sealed class Neo4jAlgorithms(Neo4jGraphStore store)
{
    private const int MaxRows = 500_000;
    private static readonly ReadLimits Limits = new(TimeSpan.FromSeconds(20), 256L * 1024 * 1024);

    public async Task<IReadOnlyList<ScoredNode>> RankAsync(GraphKey graph, Ranking by, AlgorithmScope scope, int limit, CancellationToken ct)
    {
        if (by == Ranking.Degree)
        {
            return await DegreesAsync(graph, scope, limit, ct);
        }

        var (ids, links) = await LoadAsync(graph, scope, ct);
        var scores = by == Ranking.PageRank ? MemoryAlgorithms.PageRank(ids.Count, links) : MemoryAlgorithms.Betweenness(ids.Count, links);
        var best = Enumerable.Range(0, ids.Count).OrderByDescending(i => scores[i]).ThenBy(i => ids[i], StringComparer.Ordinal).Take(limit).ToArray();
        var rows = await store.ReadAsync(
            graph, $"UNWIND $ids AS x MATCH (n:{Vocabulary.AnyObject} {{id: x}}) RETURN n", new Dictionary<string, object?> { ["ids"] = best.Select(i => ids[i]).ToArray() }, Limits, ct);
        var nodes = rows.Rows.Select(r => (GraphNode)r[0]!).ToDictionary(n => n.Id);
        return [.. best.Where(i => nodes.ContainsKey(ids[i])).Select(i => new ScoredNode(nodes[ids[i]], scores[i]))];
    }

    /// <summary>The server keeps count of the relationships of each node with many.</summary>
    private async Task<IReadOnlyList<ScoredNode>> DegreesAsync(GraphKey graph, AlgorithmScope scope, int limit, CancellationToken ct)
    {
        var type = scope.Type is null ? "" : $"[:{scope.Type}]";
        var rows = await store.ReadAsync(
            graph,
            $"MATCH (n:{scope.Label ?? Vocabulary.AnyObject}) WITH n, COUNT {{ (n)-{type}-() }} AS degree WHERE degree > 0 RETURN n, degree ORDER BY degree DESC, n.id LIMIT $limit",
            new Dictionary<string, object?> { ["limit"] = limit },
            Limits,
            ct);
        return [.. rows.Rows.Select(r => new ScoredNode((GraphNode)r[0]!, (long)r[1]!))];
    }

    public async Task<IReadOnlyList<NodeGroup>> GroupAsync(GraphKey graph, Grouping by, AlgorithmScope scope, int limit, int members, CancellationToken ct)
    {
        var (ids, links) = await LoadAsync(graph, scope, ct);
        var groups = by == Grouping.Components ? MemoryAlgorithms.Components(ids.Count, links) : MemoryAlgorithms.Communities(ids.Count, links);
        return [.. Enumerable.Range(0, ids.Count).GroupBy(i => groups[i], i => ids[i])
            .Select(g => (Size: g.LongCount(), Ids: g.Order(StringComparer.Ordinal).Take(members).ToArray()))
            .OrderByDescending(g => g.Size).ThenBy(g => g.Ids[0], StringComparer.Ordinal).Take(limit).Select(g => new NodeGroup(g.Size, g.Ids))];
    }

    /// <summary>The nodes in the order of their ids, and the relationships among them as pairs of places in it.</summary>
    private async Task<(IReadOnlyList<string> Ids, IReadOnlyList<(int From, int To)> Links)> LoadAsync(GraphKey graph, AlgorithmScope scope, CancellationToken ct)
    {
        var (label, type) = (scope.Label ?? Vocabulary.AnyObject, scope.Type is null ? "" : $":{scope.Type}");
        var most = new Dictionary<string, object?> { ["most"] = MaxRows + 1 };
        if (scope.Type is not null && (await store.SummarizeAsync(graph, ct)).Types.All(t => t.Name != scope.Type))
        {
            return ([], []);
        }

        var nodes = await store.ReadAsync(graph, $"MATCH (n:{label}) RETURN id(n), n.id ORDER BY n.id LIMIT $most", most, Limits, ct);
        var edges = await store.ReadAsync(graph, $"MATCH (a:{label})-[{type}]->(b:{label}) RETURN id(a), id(b) LIMIT $most", most, Limits, ct);
        if (nodes.Rows.Count > MaxRows || edges.Rows.Count > MaxRows)
        {
            throw new GraphStoreException(GraphFailure.TooExpensive, "The graph is too large for this algorithm; name a node type or a relationship type.");
        }

        var places = new Dictionary<long, int>();
        foreach (var row in nodes.Rows)
        {
            places[(long)row[0]!] = places.Count;
        }

        return (
            [.. nodes.Rows.Select(r => r[1] as string ?? "")],
            [.. edges.Rows.Where(r => places.ContainsKey((long)r[0]!) && places.ContainsKey((long)r[1]!)).Select(r => (places[(long)r[0]!], places[(long)r[1]!]))]);
    }
}
