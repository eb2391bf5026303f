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

    /// <summary>Nodes that may be on a shortest path, where all of these are asked for.</summary>
    private const int MaxCandidates = 50_000;

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
        return search.Limit == 1 ? [await FirstAsync(graph, search, layers, ct)] : await AllAsync(graph, search, layers, ct);
    }

    /// <summary>The first path: from the source on, each time the next node with the least id, and the relationship with the least id to it.</summary>
    private async Task<FoundPath> FirstAsync(GraphKey graph, PathSearch search, PathLayers layers, CancellationToken ct)
    {
        var at = new List<long> { layers.Nodes[0].First() };
        for (var layer = 0; layer < layers.Nodes.Count - 1; layer++)
        {
            var candidates = layers.After(layer, at[^1]);
            var next = candidates.Count == 1 ? null : await store.ReadAsync(
                graph,
                "UNWIND $next AS y MATCH (m) WHERE id(m) = y RETURN y ORDER BY m.id LIMIT 1",
                new Dictionary<string, object?> { ["next"] = candidates },
                ReadLimits.Default,
                ct);
            at.Add(next is null ? candidates[0] : next.Rows.Count > 0 ? (long)next.Rows[0][0]! : throw PathLinks.Changed());
        }

        var found = new PathLinks(store, graph, search.Filter);
        var nodes = await found.NodesAsync(at, ct);
        var links = await found.BetweenAsync([.. at.Zip(at.Skip(1))], ct);
        return new FoundPath(at.Count - 1, at.ConvertAll(n => nodes[n]), [.. at.Zip(at.Skip(1)).Select(pair => links[pair][0].Relationship)]);
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
    /// The first paths in the order of the nodes' ids and then the relationships' ids. Where two neighbours have several relationships,
    /// each makes a path of its own; so many nodes' ways as there may be paths are enough to have the first of these.
    /// </summary>
    private async Task<IReadOnlyList<FoundPath>> AllAsync(GraphKey graph, PathSearch search, PathLayers layers, CancellationToken ct)
    {
        var candidates = layers.Nodes.SelectMany(n => n).ToArray();
        if (candidates.Length > MaxCandidates)
        {
            throw TooMuch();
        }

        var found = new PathLinks(store, graph, search.Filter);
        layers.Sort(await found.IdsAsync(candidates, ct));
        var pairs = layers.Pairs(search.Limit);
        var nodes = await found.NodesAsync([.. pairs.Select(p => p.To).Append(layers.Nodes[0].First()).Distinct()], ct);
        var links = await found.BetweenAsync(pairs, ct);
        var paths = new List<FoundPath>();
        Walk([layers.Nodes[0].First()], []);
        return paths;

        void Walk(List<long> at, List<GraphRelationship> taken)
        {
            if (taken.Count == layers.Nodes.Count - 1)
            {
                paths.Add(new FoundPath(taken.Count, at.ConvertAll(n => nodes[n]), [.. taken]));
                return;
            }

            foreach (var next in layers.After(taken.Count, at[^1]))
            {
                foreach (var link in links.GetValueOrDefault((at[^1], next)) ?? [])
                {
                    if (paths.Count >= search.Limit)
                    {
                        return;
                    }

                    Walk([.. at, next], [.. taken, link.Relationship]);
                }
            }
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
}
