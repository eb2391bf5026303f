using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Paths;

/// <summary>
/// Reads the nodes of paths and the relationships between neighbours on them. Pair by pair, both ends found by the store's own ids
/// first: of two ids in the WHERE of a pattern the store looks up neither and scans all nodes, and what hangs on a hub is never walked
/// through (0.2 ms a pair, whatever the nodes have else).
/// </summary>
internal sealed class PathLinks(IGraphStore store, GraphKey graph, RelationshipFilter filter)
{
    private const int PairsAtOnce = 1_000;
    private const int MaxLinks = 50_000;

    /// <summary>The nodes by the store's ids.</summary>
    /// <exception cref="GraphStoreException">One of them is gone.</exception>
    public async Task<IReadOnlyDictionary<long, GraphNode>> NodesAsync(IReadOnlyCollection<long> ids, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            graph, "UNWIND $ids AS x MATCH (n) WHERE id(n) = x RETURN x, n", new Dictionary<string, object?> { ["ids"] = ids }, ReadLimits.Default, ct);
        return rows.Rows.Count == ids.Count ? rows.Rows.ToDictionary(r => (long)r[0]!, r => (GraphNode)r[1]!) : throw Changed();
    }

    /// <summary>The objects' own ids by the store's.</summary>
    public async Task<IReadOnlyDictionary<long, string>> IdsAsync(IReadOnlyCollection<long> ids, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            graph, "UNWIND $ids AS x MATCH (n) WHERE id(n) = x RETURN x, n.id", new Dictionary<string, object?> { ["ids"] = ids }, ReadLimits.Default, ct);
        return rows.Rows.Count == ids.Count ? rows.Rows.ToDictionary(r => (long)r[0]!, r => r[1] as string ?? "") : throw Changed();
    }

    /// <summary>The relationships that lead from the first of each pair to the second, by their ids.</summary>
    /// <exception cref="GraphStoreException">There is none between two of them any more, or there are too many.</exception>
    public async Task<IReadOnlyDictionary<(long From, long To), List<PathLink>>> BetweenAsync(IReadOnlyCollection<(long From, long To)> pairs, CancellationToken ct)
    {
        var links = new Dictionary<(long From, long To), List<PathLink>>(pairs.Count);
        var count = 0;
        foreach (var part in pairs.Chunk(PairsAtOnce))
        {
            var rows = await store.ReadAsync(
                graph,
                "UNWIND $pairs AS p WITH p[0] AS a, p[1] AS b MATCH (n) WHERE id(n) = a WITH n, b MATCH (m) WHERE id(m) = b "
                + $"WITH n, m MATCH (n){filter.Arrow(forward: true)}(m) WHERE true{filter.InForce} RETURN id(n), id(m), id(e), e LIMIT $most",
                filter.With(new() { ["pairs"] = Array.ConvertAll(part, p => new[] { p.From, p.To }), ["most"] = MaxLinks + 1 }),
                ReadLimits.Default,
                ct);
            count += rows.Rows.Count;
            if (count > MaxLinks)
            {
                throw ShortestPaths.TooMuch();
            }

            foreach (var row in rows.Rows)
            {
                var pair = ((long)row[0]!, (long)row[1]!);
                if (!links.TryGetValue(pair, out var list))
                {
                    links[pair] = list = [];
                }

                list.Add(new PathLink((long)row[2]!, (GraphRelationship)row[3]!));
            }
        }

        foreach (var list in links.Values)
        {
            list.Sort((a, b) => string.CompareOrdinal(a.Relationship.Id, b.Relationship.Id));
        }

        return links.Count == pairs.Count ? links : throw Changed();
    }

    public static GraphStoreException Changed() => new(GraphFailure.Unavailable, "The graph changed while it was searched.");
}

/// <summary>A relationship with the store's id of it.</summary>
internal sealed record PathLink(long Edge, GraphRelationship Relationship);
