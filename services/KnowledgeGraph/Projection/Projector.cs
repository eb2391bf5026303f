using System.Collections.Concurrent;
using Platform.Contracts;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Projection;

/// <summary>
/// Keeps the graphs of a tenant as ThreatIntel's events say. A message is recorded in the ledger with the versions it brings in one
/// query; then the graphs follow by steps that may all be repeated; then the ledger notes that they have. Whatever is
/// interrupted is delivered again and finished.
/// </summary>
internal sealed class Projector(Ledger ledger, LevelGraphs graphs, GraphWriter writer)
{
    private readonly ConcurrentDictionary<Guid, SemaphoreSlim> _locks = new();
    private readonly ConcurrentDictionary<Guid, bool> _prepared = new();
    private readonly ConcurrentDictionary<Guid, bool> _erased = new();

    /// <summary>Makes the ledger and the lowest graph of a tenant, with their indexes; what is there stays as it is.</summary>
    public Task PrepareAsync(Guid tenant, CancellationToken ct) => LockedAsync(tenant, () => PrepareLockedAsync(tenant, ct), ct);

    /// <summary>Applies messages of one tenant; those that were applied before are skipped.</summary>
    public Task ApplyAsync(Guid tenant, IReadOnlyList<Incoming> messages, CancellationToken ct) =>
        LockedAsync(tenant, () => ApplyLockedAsync(tenant, messages, ct), ct);

    /// <summary>
    /// Removes every graph of a deleted tenant, and tells how many nodes and relationships they held. What still comes of
    /// its events finds the mark that is left, and changes nothing.
    /// </summary>
    public async Task<long> EraseAsync(Guid tenant, CancellationToken ct)
    {
        var erased = 0L;
        await LockedAsync(tenant, async () =>
        {
            _prepared.TryRemove(tenant, out _);
            erased = await graphs.EraseAsync(tenant, ct);
            await ledger.EraseAsync(tenant, ct);
            _erased[tenant] = true;
        }, ct);
        return erased;
    }

    /// <summary>Does something with a tenant's graphs while nothing is projected into them, and takes nothing of them as known afterwards.</summary>
    public Task AloneAsync(Guid tenant, Func<Task> work, CancellationToken ct) => LockedAsync(tenant, async () =>
    {
        await work();
        _prepared.TryRemove(tenant, out _);
        _erased.TryRemove(tenant, out _);
    }, ct);

    private async Task LockedAsync(Guid tenant, Func<Task> work, CancellationToken ct)
    {
        var gate = _locks.GetOrAdd(tenant, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(ct);
        try
        {
            await work();
        }
        catch
        {
            _prepared.TryRemove(tenant, out _);
            throw;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task PrepareLockedAsync(Guid tenant, CancellationToken ct)
    {
        if (!await PrepareLedgerAsync(tenant, ct))
        {
            return;
        }

        await graphs.EnsureAsync(tenant, [TlpLevel.Clear], ct);
    }

    /// <summary>False for a tenant that was erased.</summary>
    private async Task<bool> PrepareLedgerAsync(Guid tenant, CancellationToken ct)
    {
        if (_erased.ContainsKey(tenant))
        {
            return false;
        }

        if (_prepared.TryAdd(tenant, true))
        {
            if (await ledger.IsErasedAsync(tenant, ct))
            {
                _prepared.TryRemove(tenant, out _);
                _erased[tenant] = true;
                return false;
            }

            await ledger.PrepareAsync(tenant, ct);
        }

        return true;
    }

    private async Task ApplyLockedAsync(Guid tenant, IReadOnlyList<Incoming> messages, CancellationToken ct)
    {
        if (!await PrepareLedgerAsync(tenant, ct))
        {
            return;
        }

        var ids = messages.SelectMany(m => m.Changes).Select(c => c.Id).ToHashSet();
        var before = await ledger.ReadAsync(tenant, messages.Select(m => m.MessageId).ToHashSet(), ids, ct);
        var fresh = messages.Where(m => !before.Applied.Contains(m.MessageId)).DistinctBy(m => m.MessageId).ToList();
        if (fresh.Count == 0)
        {
            return;
        }

        var plan = ProjectionPlan.Of(fresh, before);
        var levels = await graphs.EnsureAsync(tenant, plan.NeededLevels, ct);
        await ledger.RecordAsync(tenant, fresh, plan, ct);

        // The levels' graphs know nothing of each other, and the store works on several at once.
        var waiting = await Task.WhenAll(levels.Select(level => ApplyLevelAsync(tenant, (int)level, GraphKey.Of(tenant, level), plan, before.HasWaiting, ct)));
        await ledger.CompleteAsync(tenant, fresh, plan, [.. waiting.SelectMany(w => w.Wait.Values)], [.. waiting.SelectMany(w => w.NoLonger)], ct);
    }

    private async Task<WaitingChanges> ApplyLevelAsync(
        Guid tenant, int slot, GraphKey graph, ProjectionPlan plan, bool hasWaiting, CancellationToken ct)
    {
        var waiting = new WaitingChanges();
        var level = plan.Levels[slot];
        var goneNodes = level.Nodes.Where(n => n.Value is null).Select(n => n.Key).ToArray();
        if (goneNodes.Length > 0)
        {
            hasWaiting |= await RemoveNodesAsync(tenant, slot, graph, goneNodes, ct);
        }

        var goneEdges = level.Edges.Where(e => e.Value is null && plan.Ends.ContainsKey(e.Key)).Select(e => (e.Key, plan.Ends[e.Key]))
            .Concat(level.Edges.Keys.Where(plan.Moved.ContainsKey).SelectMany(id => plan.Moved[id].Select(ends => (id, ends))));
        await writer.RemoveEdgesAsync(graph, goneEdges, ct);

        var nodes = level.Nodes.Values.OfType<NodeChange>().ToArray();
        foreach (var group in nodes.ToLookup(plan.IsNew))
        {
            await writer.PutNodesAsync(graph, group.Select(n => (n.Label, n.Properties)), group.Key, ct);
        }

        if (hasWaiting && nodes.Length > 0)
        {
            await PutWaitingAsync(tenant, slot, graph, level, nodes, waiting, ct);
        }

        var dangling = new List<EdgeChange>();
        foreach (var group in level.Edges.Values.OfType<EdgeChange>().ToLookup(plan.IsNew))
        {
            dangling.AddRange(await writer.PutEdgesAsync(graph, [.. group], e => e.Ends, e => e.Properties, group.Key, ct));
        }

        if (hasWaiting)
        {
            waiting.NoLonger.AddRange(level.Edges.Keys.Select(id => $"{slot}|{id}"));
        }

        foreach (var edge in dangling)
        {
            waiting.Add(new WaitingEdge(edge.Id, slot, plan.Slots[edge.Id].Codes[slot], edge.Ends, edge.Properties));
        }

        return waiting;
    }

    /// <summary>A node that goes takes its relationships out of the graph; they wait for it, should it come back.</summary>
    private async Task<bool> RemoveNodesAsync(Guid tenant, int slot, GraphKey graph, string[] ids, CancellationToken ct)
    {
        var any = false;
        await foreach (var page in writer.EdgesOfAsync(graph, ids, ct))
        {
            any |= page.Count > 0;
            var known = await ledger.ReadAsync(tenant, [], page.Select(e => e.Id).ToArray(), ct);
            var wait = page.Where(e => known.Slots.ContainsKey(e.Id))
                .Select(e => new WaitingEdge(e.Id, slot, known.Slots[e.Id].Codes[slot], new EdgeEnds(e.SourceId, e.Type, e.TargetId), e.Whole())).ToArray();
            await ledger.ChangeWaitingAsync(tenant, wait, [], ct);
        }

        await writer.RemoveNodesAsync(graph, ids, ct);
        return any;
    }

    private async Task PutWaitingAsync(
        Guid tenant, int slot, GraphKey graph, LevelPlan level, NodeChange[] nodes, WaitingChanges waiting, CancellationToken ct)
    {
        // What this batch itself says about a relationship is newer than what waits.
        var candidates = (await ledger.WaitingForAsync(tenant, slot, nodes.Select(n => n.Id).ToArray(), ct)).Where(w => !level.Edges.ContainsKey(w.Id)).ToArray();
        var still = await writer.PutEdgesAsync(graph, candidates, w => w.Ends, w => w.Properties, areNew: false, ct);
        waiting.NoLonger.AddRange(candidates.Except(still).Select(w => w.Key));
    }

    private sealed class WaitingChanges
    {
        public Dictionary<string, WaitingEdge> Wait { get; } = [];

        public List<string> NoLonger { get; } = [];

        public void Add(WaitingEdge edge) => Wait[edge.Key] = edge;
    }
}
