using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Paths;

/// <summary>A search for shortest paths.</summary>
internal sealed record PathSearch(string SourceId, string TargetId, int MaxDepth, RelationshipFilter Filter, int Limit);

/// <summary>
/// Shortest paths by breadth-first search from both ends, the smaller frontier first. Of the stores' own searches one cannot
/// ignore direction, one degrades at hubs, and none promises an order.
/// </summary>
internal sealed class ShortestPaths(IGraphStore store)
{
    /// <summary>Nodes looked at before the search counts as too expensive.</summary>
    private const int MaxVisited = 1_000_000;
    private const int MaxFrontier = 90_000;
    private const int MaxLinks = 50_000;

    public async Task<IReadOnlyList<FoundPath>> FindAsync(GraphKey graph, PathSearch search, CancellationToken ct)
    {
        var ends = await store.ReadAsync(
            graph,
            $"UNWIND $ids AS x MATCH (n:{Vocabulary.AnyObject} {{id: x}}) RETURN n.id, id(n), n",
            new Dictionary<string, object?> { ["ids"] = new[] { search.SourceId, search.TargetId } },
            ReadLimits.Default,
            ct);
        var source = ends.Rows.FirstOrDefault(r => (string)r[0]! == search.SourceId);
        var target = ends.Rows.FirstOrDefault(r => (string)r[0]! == search.TargetId);
        if (source is null || target is null)
        {
            return [];
        }

        if (search.SourceId == search.TargetId)
        {
            return [new FoundPath(0, [(GraphNode)source[2]!], [])];
        }

        var layers = await MeetAsync(graph, search, (long)source[1]!, (long)target[1]!, ct);
        return layers is null ? []
            : search.Limit == 1 ? [await FirstAsync(graph, search, layers, (GraphNode)source[2]!, ct)]
            : await LinkAsync(graph, search, layers, ct);
    }

    /// <summary>
    /// The first path: from the source on, each time the next node with the least id, and the relationship with the least id to it. For
    /// that the layers must hold only what leads to the target.
    /// </summary>
    private async Task<FoundPath> FirstAsync(GraphKey graph, PathSearch search, List<HashSet<long>> layers, GraphNode source, CancellationToken ct)
    {
        for (var i = layers.Count - 2; i > 0; i--)
        {
            if (layers[i].Count > 1)
            {
                layers[i].IntersectWith(await ExpandAsync(graph, search, layers[i + 1], fromSource: false, ct));
            }
        }

        var (nodes, relationships, at) = (new List<GraphNode> { source }, new List<GraphRelationship>(), layers[0].First());
        foreach (var layer in layers.Skip(1))
        {
            var step = await store.ReadAsync(
                graph,
                $"MATCH (n){search.Filter.Arrow(forward: true)}(m) WHERE id(n) = $at AND id(m) IN $next{search.Filter.InForce} RETURN id(m), m, e ORDER BY m.id, e.id LIMIT 1",
                search.Filter.With(new() { ["at"] = at, ["next"] = layer }),
                ReadLimits.Default,
                ct);
            if (step.Rows.Count == 0)
            {
                throw new GraphStoreException(GraphFailure.Unavailable, "The graph changed while it was searched.");
            }

            at = (long)step.Rows[0][0]!;
            nodes.Add((GraphNode)step.Rows[0][1]!);
            relationships.Add((GraphRelationship)step.Rows[0][2]!);
        }

        return new FoundPath(relationships.Count, nodes, relationships);
    }

    /// <summary>Candidates for each place of the path, from source to target; null when there is no path.</summary>
    private async Task<List<HashSet<long>>?> MeetAsync(GraphKey graph, PathSearch search, long source, long target, CancellationToken ct)
    {
        List<HashSet<long>> forward = [[source]], backward = [[target]];
        HashSet<long> seenForward = [source], seenBackward = [target];
        while (forward.Count + backward.Count - 2 < search.MaxDepth)
        {
            var fromSource = forward[^1].Count <= backward[^1].Count;
            var (levels, seen, other) = fromSource ? (forward, seenForward, seenBackward) : (backward, seenBackward, seenForward);
            var next = await ExpandAsync(graph, search, levels[^1], fromSource, ct);
            next.ExceptWith(seen);
            if (next.Count == 0)
            {
                return null;
            }

            seen.UnionWith(next);
            levels.Add(next);
            if (next.Overlaps(other))
            {
                // What was new on this side and known on the other is exactly the frontier of the other.
                var middle = new HashSet<long>(forward[^1]);
                middle.IntersectWith(backward[^1]);
                backward.RemoveAt(backward.Count - 1);
                backward.Reverse();
                return [.. forward[..^1], middle, .. backward];
            }

            if (seenForward.Count + seenBackward.Count > MaxVisited)
            {
                throw TooMuch();
            }
        }

        return null;
    }

    private async Task<HashSet<long>> ExpandAsync(GraphKey graph, PathSearch search, HashSet<long> frontier, bool fromSource, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            graph,
            $"UNWIND $frontier AS x MATCH (n){search.Filter.Arrow(fromSource)}(m) WHERE id(n) = x{search.Filter.InForce} RETURN DISTINCT id(m) LIMIT $most",
            search.Filter.With(new() { ["frontier"] = frontier, ["most"] = MaxFrontier + 1 }),
            ReadLimits.Default,
            ct);
        // The store cuts longer answers without a word, and a search over a cut frontier could miss the shortest path.
        if (rows.Rows.Count > MaxFrontier)
        {
            throw TooMuch();
        }

        var next = new HashSet<long>(rows.Rows.Count);
        foreach (var row in rows.Rows)
        {
            next.Add((long)row[0]!);
        }

        return next;
    }

    /// <summary>
    /// Finds the relationships between neighbouring layers, from the target backwards so that every choice stays
    /// connected, and makes paths of them in the order of the nodes' ids and then the relationships' ids.
    /// </summary>
    private async Task<IReadOnlyList<FoundPath>> LinkAsync(GraphKey graph, PathSearch search, List<HashSet<long>> layers, CancellationToken ct)
    {
        var links = new Dictionary<long, List<Link>>[layers.Count - 1];
        for (var i = layers.Count - 2; i >= 0; i--)
        {
            links[i] = await LinksAsync(graph, search, layers[i], layers[i + 1], ct);
            layers[i] = [.. links[i].Keys];
            if (layers[i].Count == 0)
            {
                return [];
            }
        }

        var paths = new List<FoundPath>();
        Walk(links, 0, layers[0].First(), [], [], search.Limit, paths);
        return paths;
    }

    private async Task<Dictionary<long, List<Link>>> LinksAsync(
        GraphKey graph, PathSearch search, HashSet<long> from, HashSet<long> to, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            graph,
            $"UNWIND $to AS x MATCH (m){search.Filter.Arrow(forward: false)}(n) WHERE id(m) = x AND id(n) IN $from_ids{search.Filter.InForce} "
            + $"RETURN id(n), id(m), n, e, m ORDER BY n.id, m.id, e.id LIMIT {MaxLinks + 1}",
            search.Filter.With(new() { ["from_ids"] = from, ["to"] = to }),
            ReadLimits.Default,
            ct);
        if (rows.Rows.Count > MaxLinks)
        {
            throw TooMuch();
        }

        var links = new Dictionary<long, List<Link>>();
        foreach (var row in rows.Rows)
        {
            var link = new Link((long)row[1]!, (GraphNode)row[2]!, (GraphRelationship)row[3]!, (GraphNode)row[4]!);
            if (!links.TryGetValue((long)row[0]!, out var list))
            {
                links[(long)row[0]!] = list = [];
            }

            list.Add(link);
        }

        return links;
    }

    private static void Walk(
        Dictionary<long, List<Link>>[] links, int layer, long at, List<GraphNode> nodes, List<GraphRelationship> relationships, int limit, List<FoundPath> paths)
    {
        if (!links[layer].TryGetValue(at, out var next))
        {
            return;
        }

        foreach (var link in next)
        {
            if (paths.Count >= limit)
            {
                return;
            }

            nodes.Add(link.From);
            relationships.Add(link.Relationship);
            if (layer == links.Length - 1)
            {
                paths.Add(new FoundPath(relationships.Count, [.. nodes, link.To], [.. relationships]));
            }
            else
            {
                Walk(links, layer + 1, link.Target, nodes, relationships, limit, paths);
            }

            nodes.RemoveAt(nodes.Count - 1);
            relationships.RemoveAt(relationships.Count - 1);
        }
    }

    internal static GraphStoreException TooMuch() =>
        new(GraphFailure.TooExpensive, "The search touches too much of the graph; lower max_depth or name relationship types.");

    private sealed record Link(long Target, GraphNode From, GraphRelationship Relationship, GraphNode To);
}
