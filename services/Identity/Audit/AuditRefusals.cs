using Microsoft.EntityFrameworkCore;
using Platform.Identity.Storage;

namespace Platform.Identity.Audit;

/// <summary>
/// Writes refusals past the change tracker: a repeated one becomes a count in the row of its minute (a trigger's work), and an
/// insert that adds no row is a conflict to the tracker.
/// </summary>
internal static class AuditRefusals
{
    /// <summary>The refusals that were to be saved; the context forgets them.</summary>
    public static List<AuditEntry> TakeFrom(IdentityDb db)
    {
        var taken = new List<AuditEntry>();
        foreach (var entry in db.ChangeTracker.Entries<AuditEntry>())
        {
            if (entry.State == EntityState.Added && entry.Entity.Outcome == Outcomes.Refused)
            {
                taken.Add(entry.Entity);
            }
        }

        taken.ForEach(refusal => db.Entry(refusal).State = EntityState.Detached);
        return taken;
    }

    public static async Task WriteAsync(IdentityDb db, List<AuditEntry> refusals, CancellationToken ct)
    {
        foreach (var r in refusals)
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO audit_log (id, tenant_id, at, action, resource, outcome, actor_id, address, details, count)
                VALUES ({r.Id}, {r.TenantId}, {r.At}, {r.Action}, {r.Resource}, {r.Outcome}, {r.ActorId}, {r.Address}, {r.Details}::jsonb, {r.Count})
                """, ct);
        }
    }
}
