using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Platform.Contracts;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Projection;

/// <summary>
/// Which graphs a tenant has: one for each level that exists in its data, each holding everything up to its level. A caller
/// reads the highest one that their clearance covers.
/// </summary>
internal sealed class LevelGraphs(Ledger ledger, IGraphStore store, GraphWriter writer, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private const int NodesPerPage = 2000;
    private readonly ConcurrentDictionary<Guid, Known> _known = new();

    /// <summary>The graph that a caller of a tenant reads, with its level; null where the tenant has nothing they may see.</summary>
    public async Task<(GraphKey Graph, TlpLevel Level)?> ForReaderAsync(Guid tenant, TlpLevel clearance, CancellationToken ct)
    {
        var levels = await LevelsAsync(tenant, ct);
        for (var i = levels.Count - 1; i >= 0; i--)
        {
            if (levels[i] <= clearance)
            {
                return (GraphKey.Of(tenant, levels[i]), levels[i]);
            }
        }

        return null;
    }

    /// <summary>The levels of a tenant that have a graph, in order; what another process added shows within seconds.</summary>
    public async Task<IReadOnlyList<TlpLevel>> LevelsAsync(Guid tenant, CancellationToken ct)
    {
        if (_known.TryGetValue(tenant, out var known) && clock.GetElapsedTime(known.At) < Fresh)
        {
            return known.Levels;
        }

        var levels = await ledger.LevelsAsync(tenant, ct);
        _known[tenant] = new Known(levels, clock.GetTimestamp());
        return levels;
    }

    /// <summary>
    /// Makes the graphs of levels that are new in a tenant's data, from the lowest up. Each begins as a copy of the next lower
    /// one and counts as existing only when complete; the caller holds the tenant's lock, so nothing is written meanwhile.
    /// </summary>
    public async Task<IReadOnlyList<TlpLevel>> EnsureAsync(Guid tenant, IEnumerable<TlpLevel> wanted, CancellationToken ct)
    {
        var levels = (await ledger.LevelsAsync(tenant, ct)).ToList();
        foreach (var level in wanted.Order())
        {
            if (levels.Contains(level))
            {
                continue;
            }

            await MakeAsync(tenant, level, levels.Where(l => l < level).Cast<TlpLevel?>().LastOrDefault(), ct);
            levels.Add(level);
            levels.Sort();
        }

        _known[tenant] = new Known(levels, clock.GetTimestamp());
        return levels;
    }

    /// <summary>Removes all graphs of a tenant and its catalogue, also those that an interruption left half made; tells what they held.</summary>
    public async Task<long> EraseAsync(Guid tenant, CancellationToken ct)
    {
        var erased = 0L;
        foreach (var level in Enum.GetValues<TlpLevel>())
        {
            var graph = GraphKey.Of(tenant, level);
            var held = await store.SummarizeAsync(graph, ct);
            erased += held.Nodes + held.Relationships;
            await store.DropAsync(graph, ct);
        }

        var catalogue = await store.SummarizeAsync(GraphKey.Catalogue(tenant), ct);
        erased += catalogue.Nodes + catalogue.Relationships;
        await store.DropAsync(GraphKey.Catalogue(tenant), ct);
        _known.TryRemove(tenant, out _);
        return erased;
    }

    /// <summary>Takes nothing as known of a tenant whose graphs were replaced.</summary>
    public void Forget(Guid tenant) => _known.TryRemove(tenant, out _);

    private async Task MakeAsync(Guid tenant, TlpLevel level, TlpLevel? lower, CancellationToken ct)
    {
        var graph = GraphKey.Of(tenant, level);
        await store.DropAsync(graph, ct);
        await writer.PrepareAsync(graph, ct);
        if (lower is { } below)
        {
            // Not by the server's own copy: that forks, and a fork beside busy threads can hang the whole server.
            await CopyAsync(GraphKey.Of(tenant, below), graph, ct);
            await ledger.CopyWaitingAsync(tenant, (int)below, (int)level, ct);
        }

        await ledger.AddLevelAsync(tenant, level, ct);
    }

    private async Task CopyAsync(GraphKey from, GraphKey to, CancellationToken ct)
    {
        await foreach (var nodes in NodesAsync(from, ct))
        {
            await writer.PutNodesAsync(to, nodes, areNew: true, ct);
        }

        await foreach (var edges in EdgesAsync(from, ct))
        {
            await writer.PutEdgesAsync(to, edges, e => new EdgeEnds(e.SourceId, e.Type, e.TargetId), e => e.Whole(), areNew: true, ct);
        }
    }

    /// <summary>All nodes of a graph, in pages, with everything that they are.</summary>
    public async IAsyncEnumerable<IEnumerable<(string Label, IReadOnlyDictionary<string, object?> Properties)>> NodesAsync(
        GraphKey graph, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var page in GraphNodesAsync(graph, ct))
        {
            yield return page.Select(Whole);
        }
    }

    /// <summary>All nodes of a graph, in pages, as the API shows them.</summary>
    public async IAsyncEnumerable<IEnumerable<GraphNode>> GraphNodesAsync(GraphKey graph, [EnumeratorCancellation] CancellationToken ct)
    {
        var end = await LastAsync(graph, ct);
        for (long start = 0; start <= end; start += NodesPerPage)
        {
            await foreach (var page in store.ReadPagesAsync(graph, $"MATCH (n:{Vocabulary.AnyObject}) WHERE id(n) >= $from AND id(n) < $to RETURN n ORDER BY id(n)", Window(start), ct))
            {
                yield return page.Rows.Select(r => (GraphNode)r[0]!);
            }
        }
    }

    /// <summary>All relationships of a graph, in pages.</summary>
    public async IAsyncEnumerable<IReadOnlyList<GraphRelationship>> EdgesAsync(GraphKey graph, [EnumeratorCancellation] CancellationToken ct)
    {
        var end = await LastAsync(graph, ct);
        for (long start = 0; start <= end; start += NodesPerPage)
        {
            await foreach (var page in store.ReadPagesAsync(graph, $"MATCH (n:{Vocabulary.AnyObject})-[e]->() WHERE id(n) >= $from AND id(n) < $to RETURN e ORDER BY id(e)", Window(start), ct))
            {
                yield return page.Rows.Select(r => (GraphRelationship)r[0]!).ToArray();
            }
        }
    }

    private async Task<long> LastAsync(GraphKey graph, CancellationToken ct)
    {
        var last = await store.ReadAsync(graph, $"MATCH (n:{Vocabulary.AnyObject}) RETURN max(id(n))", null, ReadLimits.Default, ct);
        return last.Rows.Count == 0 ? -1 : (long?)last.Rows[0][0] ?? -1;
    }

    private static Dictionary<string, object?> Window(long start) => new() { ["from"] = start, ["to"] = start + NodesPerPage };

    private static (string Label, IReadOnlyDictionary<string, object?> Properties) Whole(GraphNode node)
    {
        var properties = new Dictionary<string, object?>(node.Properties) { ["id"] = node.Id };
        if (node.Name is not null)
        {
            properties["name"] = node.Name;
        }

        return (node.Labels.Count > 0 ? node.Labels[0] : Vocabulary.OtherLabel, properties);
    }

    private sealed record Known(IReadOnlyList<TlpLevel> Levels, long At);
}

/// <summary>Puts together again what the API's shape takes apart.</summary>
internal static class WholeProperties
{
    public static IReadOnlyDictionary<string, object?> Whole(this GraphRelationship edge) =>
        new Dictionary<string, object?>(edge.Properties) { ["id"] = edge.Id };
}
