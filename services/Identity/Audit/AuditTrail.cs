using System.Text.Json;
using Platform.Identity.Storage;

namespace Platform.Identity.Audit;

/// <summary>Writes the audit log, with the next save of the context: an action and its record commit together.</summary>
internal sealed class AuditTrail(TimeProvider clock)
{
    private const int MaxValueLength = 512;
    private const int MaxNameLength = 200;

    /// <summary>Records an action in the tenant of the context's scope.</summary>
    public void Record(
        IdentityDb db,
        Guid tenantId,
        string action,
        string resource,
        string outcome,
        string? actorId,
        string? address,
        params ReadOnlySpan<(string Name, string? Value)> details)
    {
        var values = new Dictionary<string, string>();
        foreach (var (name, value) in details)
        {
            if (value is not null)
            {
                values[name] = value;
            }
        }

        var now = clock.GetUtcNow();
        Add(db, Guid.CreateVersion7(now), tenantId, now, action, resource, outcome, actorId, address, values);
    }

    /// <summary>Records what another service tells of, under the id of its message.</summary>
    public static void Add(
        IdentityDb db,
        Guid id,
        Guid tenantId,
        DateTimeOffset at,
        string action,
        string resource,
        string outcome,
        string? actorId,
        string? address,
        IReadOnlyDictionary<string, string>? details,
        int count = 1) => db.Audit.Add(new AuditEntry
        {
            Id = id,
            TenantId = tenantId,
            At = Microseconds(at),
            Action = Clean(action, MaxNameLength),
            Resource = Clean(resource, MaxNameLength),
            Outcome = Clean(outcome, MaxNameLength),
            ActorId = actorId is null ? null : Clean(actorId, MaxNameLength),
            Address = address is null ? null : Clean(address, MaxNameLength),
            Count = Math.Max(1, count),
            Details = details is null or { Count: 0 } ? null : JsonSerializer.Serialize(details.ToDictionary(d => Clean(d.Key, MaxNameLength), d => Clean(d.Value, MaxValueLength))),
        });

    /// <summary>The database keeps microseconds; a hash over more could not be computed again.</summary>
    private static DateTimeOffset Microseconds(DateTimeOffset at) => new(at.UtcTicks / 10 * 10, TimeSpan.Zero);

    /// <summary>Bounded, and without what PostgreSQL's text cannot hold: U+0000 and half a surrogate pair at the cut.</summary>
    private static string Clean(string? value, int length)
    {
        var clean = (value ?? "").Replace("\0", "", StringComparison.Ordinal);
        return clean.Length <= length ? clean : clean[..(char.IsHighSurrogate(clean[length - 1]) ? length - 1 : length)];
    }
}
