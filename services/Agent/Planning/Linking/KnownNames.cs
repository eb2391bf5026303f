using System.Collections.Concurrent;
using Platform.Agent.Tools;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Planning;

/// <summary>
/// The names that callers of a tenant and clearance may see, kept so that a question reads none of them from the graph. The
/// graph's version says whether they still hold.
/// </summary>
internal sealed class KnownNames
{
    private const int MaxKept = 32;

    private readonly ConcurrentDictionary<(Guid Tenant, TlpLevel Clearance), (string? Version, NameTable Names)> _kept = new();

    public async Task<NameTable> ReadAsync(GraphQueries graph, CallContext call, CancellationToken ct)
    {
        if (!call.IsAllowed(Permissions.ReadGraph))
        {
            return NameTable.Empty;
        }

        // Read before the names: what changes meanwhile has another version.
        var key = (call.TenantId, call.Clearance);
        var version = await graph.VersionAsync(ct);
        if (_kept.TryGetValue(key, out var kept) && kept.Version == version)
        {
            return kept.Names;
        }

        var (all, isWhole) = await graph.AllNamesAsync(ct);
        var table = new NameTable(all, isWhole);
        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        _kept[key] = (version, table);
        return table;
    }
}
