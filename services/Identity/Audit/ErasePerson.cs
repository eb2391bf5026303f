using Microsoft.EntityFrameworkCore;
using Platform.Identity.Storage;

namespace Platform.Identity.Audit;

/// <summary>Takes a person out of the log: what they did and what was done to them stays, without anything that names them.</summary>
internal static class ErasePerson
{
    /// <summary>In the tenant of the context's scope; the number of entries.</summary>
    public static Task<int> EraseFromAuditAsync(this IdentityDb db, Guid tenantId, Guid userId, DateTimeOffset now, CancellationToken ct)
    {
        var (id, resource) = (userId.ToString(), $"user/{userId}");
        return db.Database.ExecuteSqlAsync(
            $"""
            UPDATE audit_log SET actor_id = NULL, address = NULL, details = NULL, salt = NULL, erased_at = {now}
            WHERE tenant_id = {tenantId} AND erased_at IS NULL AND (actor_id = {id} OR resource = {resource})
            """, ct);
    }
}
