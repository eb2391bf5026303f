using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Paths;

/// <summary>Finds the shortest path, all of them, the k shortest, or those of the least weight.</summary>
internal sealed class FindPaths(IGraphStore store)
{
    /// <summary>The most paths that <c>all</c> answers.</summary>
    private const int MaxPaths = 100;

    public async Task<IReadOnlyList<FoundPath>> RunAsync(GraphKey key, PathRequest request, CancellationToken ct)
    {
        var types = (request.RelationshipTypes ?? []).Select(Vocabulary.ReadType).Distinct().ToArray();
        var filter = new RelationshipFilter(types, request.Directed, request.From, request.Until);
        return request.K is > 1 || request.WeightProperty is not null
            ? await BestAsync(key, request, filter, ct)
            : await new ShortestPaths(store).FindAsync(key, new PathSearch(request.SourceId, request.TargetId, request.MaxDepth, filter, request.All ? MaxPaths : 1), ct);
    }

    private async Task<IReadOnlyList<FoundPath>> BestAsync(GraphKey key, PathRequest request, RelationshipFilter filter, CancellationToken ct)
    {
        var ends = await EndsAsync(key, request, ct);
        if (ends is not var (source, target))
        {
            return [];
        }

        var region = new PathRegion(store, key, filter, request.WeightProperty, source, target);
        var wanted = request.All ? MaxPaths : request.K ?? 1;
        var found = new List<RegionPath>();
        while (region.Length < request.MaxDepth && !region.IsComplete && (request.WeightProperty is not null || found.Count < wanted))
        {
            await region.GrowAsync(ct);
            if (request.WeightProperty is null)
            {
                found = [.. BestPaths.Of(region.Steps, source, target, region.Length).Take(wanted)];
            }
        }

        if (source == target || request.WeightProperty is not null || found.Count < wanted)
        {
            found = [.. BestPaths.Of(region.Steps, source, target, request.MaxDepth).Take(wanted)];
            found.RemoveAll(p => request.All && p.Cost > found[0].Cost);
        }

        return await ShowAsync(key, source, found, request.WeightProperty is not null, ct);
    }

    private async Task<(long Source, long Target)?> EndsAsync(GraphKey key, PathRequest request, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            key,
            $"UNWIND $ids AS x MATCH (n:{Vocabulary.AnyObject} {{id: x}}) RETURN n.id, id(n)",
            new Dictionary<string, object?> { ["ids"] = new[] { request.SourceId, request.TargetId } },
            ReadLimits.Default,
            ct);
        var ids = rows.Rows.DistinctBy(r => r[0]).ToDictionary(r => (string)r[0]!, r => (long)r[1]!);
        return ids.TryGetValue(request.SourceId, out var source) && ids.TryGetValue(request.TargetId, out var target) ? (source, target) : null;
    }

    /// <summary>Reads the nodes and relationships of paths whole.</summary>
    private async Task<IReadOnlyList<FoundPath>> ShowAsync(GraphKey key, long source, List<RegionPath> paths, bool weighted, CancellationToken ct)
    {
        var nodeIds = paths.SelectMany(p => p.Steps).Select(s => s.To).Append(source).ToHashSet();
        var edgeIds = paths.SelectMany(p => p.Steps).Select(s => s.Edge).ToHashSet();
        var nodes = await store.ReadAsync(
            key, "UNWIND $ids AS x MATCH (n) WHERE id(n) = x RETURN x, n", new Dictionary<string, object?> { ["ids"] = nodeIds }, ReadLimits.Default, ct);
        var edges = await store.ReadAsync(
            key,
            "UNWIND $ids AS x MATCH (n)-[e]->(m) WHERE id(n) = x AND id(m) IN $ids AND id(e) IN $edges RETURN id(e), e",
            new Dictionary<string, object?> { ["ids"] = nodeIds, ["edges"] = edgeIds },
            ReadLimits.Default,
            ct);
        var nodeById = nodes.Rows.ToDictionary(r => (long)r[0]!, r => (GraphNode)r[1]!);
        var edgeById = edges.Rows.ToDictionary(r => (long)r[0]!, r => (GraphRelationship)r[1]!);
        if (nodeById.Count < nodeIds.Count || edgeById.Count < edgeIds.Count)
        {
            throw new GraphStoreException(GraphFailure.Unavailable, "The graph changed while it was searched.");
        }

        return paths.ConvertAll(path => new FoundPath(
            path.Steps.Count,
            [nodeById[source], .. path.Steps.Select(s => nodeById[s.To])],
            [.. path.Steps.Select(s => edgeById[s.Edge])],
            weighted ? (double)path.Cost / PathRegion.Unit : null));
    }
}
