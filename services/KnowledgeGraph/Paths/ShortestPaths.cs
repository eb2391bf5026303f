using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Paths;

/// <summary>A search for shortest paths.</summary>
internal sealed record PathSearch(string SourceId, string TargetId, int MaxDepth, RelationshipFilter Filter, int Limit);

/// <summary>
/// Shortest paths by breadth-first search from both ends, each time from the side with fewer relationships to look at: a hub is looked
/// around only where both sides have one. Of the stores' own searches one cannot ignore direction, one degrades at hubs, and none
/// promises an order.
/// </summary>
internal sealed class ShortestPaths(IGraphStore store)
{
    /// <summary>Relationships looked at before the search counts as too expensive.</summary>
    private const long MaxLooked = 2_000_000;
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

        if (await MeetAsync(graph, search, (long)source[1]!, (long)target[1]!, ct) is not { } layers)
        {
            return [];
        }

        layers.Trim();
        return search.Limit == 1 ? [await FirstAsync(graph, search, layers, (GraphNode)source[2]!, ct)] : await LinkAsync(graph, search, layers.Nodes, ct);
    }

    /// <summary>The first path: from the source on, each time the next node with the least id, and the relationship with the least id to it.</summary>
    private async Task<FoundPath> FirstAsync(GraphKey graph, PathSearch search, PathLayers layers, GraphNode source, CancellationToken ct)
    {
        var (nodes, relationships, at) = (new List<GraphNode> { source }, new List<GraphRelationship>(), layers.Nodes[0].First());
        for (var layer = 0; layer < layers.Nodes.Count - 1; layer++)
        {
            var step = await NextAsync(graph, search, at, layers.After(layer, at), ct);
            if (step is null)
            {
                throw new GraphStoreException(GraphFailure.Unavailable, "The graph changed while it was searched.");
            }

            at = (long)step[0]!;
            nodes.Add((GraphNode)step[1]!);
            relationships.Add((GraphRelationship)step[2]!);
        }

        return new FoundPath(relationships.Count, nodes, relationships);
    }

    /// <summary>
    /// First which node, then which relationship: asked for together, the store looks through all relationships of a hub for each candidate.
    /// </summary>
    private async Task<object?[]?> NextAsync(GraphKey graph, PathSearch search, long at, IReadOnlyList<long> candidates, CancellationToken ct)
    {
        var first = await store.ReadAsync(
            graph,
            "UNWIND $next AS y MATCH (m) WHERE id(m) = y RETURN y ORDER BY m.id LIMIT 1",
            new Dictionary<string, object?> { ["next"] = candidates },
            ReadLimits.Default,
            ct);
        if (first.Rows.Count == 0)
        {
            return null;
        }

        var step = await store.ReadAsync(
            graph,
            $"MATCH (n) WHERE id(n) = $at MATCH (m) WHERE id(m) = $next WITH n, m MATCH (n){search.Filter.Arrow(forward: true)}(m) WHERE true{search.Filter.InForce} "
            + "RETURN id(m), m, e ORDER BY e.id LIMIT 1",
            search.Filter.With(new() { ["at"] = at, ["next"] = first.Rows[0][0] }),
            ReadLimits.Default,
            ct);
        return step.Rows.Count == 0 ? null : step.Rows[0];
    }

    /// <summary>Candidates for each place of the path, from source to target; null when there is no path.</summary>
    private async Task<PathLayers?> MeetAsync(GraphKey graph, PathSearch search, long source, long target, CancellationToken ct)
    {
        var (forward, backward, looked) = (new Side(source), new Side(target), 0L);
        while (forward.Length + backward.Length < search.MaxDepth)
        {
            forward.Cost ??= await CostAsync(graph, search, forward.Frontier, fromSource: true, ct);
            backward.Cost ??= await CostAsync(graph, search, backward.Frontier, fromSource: false, ct);
            var fromSource = forward.Cost <= backward.Cost;
            var (side, other) = fromSource ? (forward, backward) : (backward, forward);
            looked += side.Cost!.Value;
            if (looked > MaxLooked)
            {
                throw TooMuch();
            }

            side.Advance(await ExpandAsync(graph, search, side.Frontier, fromSource, ct));
            if (side.Frontier.Count == 0)
            {
                return null;
            }

            if (side.Frontier.Overlaps(other.Seen))
            {
                // What was new on this side and known on the other is exactly the frontier of the other.
                return PathLayers.Of(forward.Levels, forward.Steps, backward.Levels, backward.Steps);
            }
        }

        return null;
    }

    /// <summary>How many relationships there are to look at. Counting them in the store costs a small part of reading them.</summary>
    private async Task<long> CostAsync(GraphKey graph, PathSearch search, HashSet<long> frontier, bool fromSource, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            graph,
            $"UNWIND $frontier AS x MATCH (n){search.Filter.Arrow(fromSource)}(m) WHERE id(n) = x{search.Filter.InForce} RETURN count(m)",
            search.Filter.With(new() { ["frontier"] = frontier }),
            ReadLimits.Default,
            ct);
        return rows.Rows.Count == 0 ? 0 : (long)rows.Rows[0][0]!;
    }

    /// <summary>The neighbours of each node. In lists: the store cuts answers of very many rows without a word.</summary>
    private async Task<Dictionary<long, long[]>> ExpandAsync(GraphKey graph, PathSearch search, HashSet<long> frontier, bool fromSource, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            graph,
            $"UNWIND $frontier AS x MATCH (n){search.Filter.Arrow(fromSource)}(m) WHERE id(n) = x{search.Filter.InForce} RETURN x, collect(DISTINCT id(m))",
            search.Filter.With(new() { ["frontier"] = frontier }),
            ReadLimits.Default,
            ct);
        var next = new Dictionary<long, long[]>(rows.Rows.Count);
        foreach (var row in rows.Rows)
        {
            next[(long)row[0]!] = Array.ConvertAll((object?[])row[1]!, id => (long)id!);
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

    /// <summary>One end of the search and what was reached from it, level by level.</summary>
    private sealed class Side(long end)
    {
        public List<HashSet<long>> Levels { get; } = [[end]];

        /// <summary>The neighbours of each node of a level but the last.</summary>
        public List<Dictionary<long, long[]>> Steps { get; } = [];

        public HashSet<long> Seen { get; } = [end];

        /// <summary>Relationships at the frontier, once they are counted.</summary>
        public long? Cost { get; set; }

        public HashSet<long> Frontier => Levels[^1];

        public int Length => Steps.Count;

        public void Advance(Dictionary<long, long[]> steps)
        {
            var next = new HashSet<long>();
            foreach (var neighbors in steps.Values)
            {
                next.UnionWith(neighbors);
            }

            next.ExceptWith(Seen);
            Seen.UnionWith(next);
            Steps.Add(steps);
            Levels.Add(next);
            Cost = null;
        }
    }

    private sealed record Link(long Target, GraphNode From, GraphRelationship Relationship, GraphNode To);
}
