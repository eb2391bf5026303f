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

        return await ShowAsync(key, filter, source, found, request.WeightProperty is not null, ct);
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
    private async Task<IReadOnlyList<FoundPath>> ShowAsync(GraphKey key, RelationshipFilter filter, long source, List<RegionPath> paths, bool weighted, CancellationToken ct)
    {
        if (paths.Count == 0)
        {
            return [];
        }

        var found = new PathLinks(store, key, filter);
        var ways = paths.ConvertAll(p => (long[])[source, .. p.Steps.Select(s => s.To)]);
        var nodes = await found.NodesAsync([.. ways.SelectMany(w => w).Distinct()], ct);
        var links = await found.BetweenAsync([.. ways.SelectMany(w => w.Zip(w.Skip(1))).Distinct()], ct);
        return [.. paths.Zip(ways, (path, way) => new FoundPath(
            path.Steps.Count,
            [.. way.Select(n => nodes[n])],
            [.. path.Steps.Select((s, i) => links[(way[i], s.To)].Find(l => l.Edge == s.Edge)?.Relationship ?? throw PathLinks.Changed())],
            weighted ? (double)path.Cost / PathRegion.Unit : null))];
    }
}
