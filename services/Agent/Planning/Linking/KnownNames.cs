using System.Collections.Concurrent;
using Platform.Agent.Tools;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Planning;

/// <summary>One name of an object, as slips are compared with it.</summary>
/// <param name="Entity">The object.</param>
/// <param name="Name">The name as the data has it.</param>
/// <param name="Bare">Its letters and digits alone, in lower case.</param>
internal sealed record KnownName(EntityRef Entity, string Name, string Bare);

/// <summary>
/// Every name that callers of a tenant and clearance may see, kept for a minute: a message full of unknown words would
/// otherwise read all of them from the graph each time.
/// </summary>
internal sealed class KnownNames(TimeProvider clock)
{
    private const int MaxKept = 32;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<(Guid Tenant, TlpLevel Clearance), (DateTimeOffset At, IReadOnlyList<KnownName> Names)> _kept = new();

    public async Task<IReadOnlyList<KnownName>> ReadAsync(GraphQueries graph, CallContext call, CancellationToken ct)
    {
        if (!call.IsAllowed(Permissions.ReadGraph))
        {
            return [];
        }

        var now = clock.GetUtcNow();
        if (_kept.TryGetValue((call.TenantId, call.Clearance), out var kept) && now - kept.At < Kept)
        {
            return kept.Names;
        }

        var names = new List<KnownName>();
        foreach (var named in await graph.AllNamesAsync(ct))
        {
            foreach (var name in named.Aliases.Append(named.Entity.Name).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                names.Add(new KnownName(named.Entity, name, Corrections.Bare(name)));
            }
        }

        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        _kept[(call.TenantId, call.Clearance)] = (now, names);
        return names;
    }
}
