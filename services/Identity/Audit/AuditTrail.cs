using System.Text.Json;
using Platform.Identity.Storage;

namespace Platform.Identity.Audit;

/// <summary>Writes the audit log, with the next save of the context: an action and its record commit together.</summary>
internal sealed class AuditTrail(TimeProvider clock)
{
    private const int MaxValueLength = 512;

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
        var now = clock.GetUtcNow();
        db.Audit.Add(new AuditEntry
        {
            Id = Guid.CreateVersion7(now),
            TenantId = tenantId,
            At = now,
            Action = action,
            Resource = resource,
            Outcome = outcome,
            ActorId = actorId,
            Address = address,
            Details = Write(details),
        });
    }

    private static string? Write(ReadOnlySpan<(string Name, string? Value)> details)
    {
        var values = new Dictionary<string, string>();
        foreach (var (name, value) in details)
        {
            if (value is not null)
            {
                var clean = value.Replace("\0", "", StringComparison.Ordinal);
                values[name] = clean.Length > MaxValueLength ? clean[..MaxValueLength] : clean;
            }
        }

        return values.Count == 0 ? null : JsonSerializer.Serialize(values);
    }
}
