using System.Collections.Concurrent;
using Platform.Agent.Tools;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Planning;

/// <summary>
/// The names that callers of a tenant and clearance may see, kept so that a question reads none of them from the graph.
/// An event about the tenant's objects ends what is kept at once, and because the graph follows events a moment later,
/// for that moment nothing is kept for long.
/// </summary>
internal sealed class KnownNames(TimeProvider clock)
{
    private const int MaxKept = 32;
    private const int MaxTenants = 10_000;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    /// <summary>How long the graph may take to follow an event.</summary>
    private static readonly TimeSpan Unsettled = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan KeptUnsettled = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(Guid Tenant, TlpLevel Clearance), (DateTimeOffset At, NameTable Names)> _kept = new();
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _changed = new();

    /// <summary>Takes nothing as known of a tenant whose objects changed.</summary>
    public void Forget(Guid tenant)
    {
        if (_changed.Count >= MaxTenants)
        {
            _kept.Clear();
            _changed.Clear();
        }

        _changed[tenant] = clock.GetUtcNow();
    }

    public async Task<NameTable> ReadAsync(GraphQueries graph, CallContext call, CancellationToken ct)
    {
        if (!call.IsAllowed(Permissions.ReadGraph))
        {
            return NameTable.Empty;
        }

        var key = (call.TenantId, call.Clearance);
        var now = clock.GetUtcNow();
        if (_kept.TryGetValue(key, out var kept) && IsFresh(call.TenantId, kept.At, now))
        {
            return kept.Names;
        }

        var (all, isWhole) = await graph.AllNamesAsync(ct);
        var table = new NameTable(all, isWhole);
        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        // As of before it was read: what changed meanwhile ends it.
        _kept[key] = (now, table);
        return table;
    }

    private bool IsFresh(Guid tenant, DateTimeOffset at, DateTimeOffset now) =>
        now - at < Kept && (!_changed.TryGetValue(tenant, out var changed) || at > changed + Unsettled || (at > changed && now - at < KeptUnsettled));
}
