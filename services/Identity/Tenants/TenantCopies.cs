using Microsoft.EntityFrameworkCore;
using Platform.Identity.Storage;

namespace Platform.Identity.Tenants;

/// <summary>
/// Keeps the copy of a tenant right whatever order its events come in, since each kind has a queue of its own: names come
/// from the newest event that tells them, so does the status, and whichever event is first makes the row.
/// </summary>
internal static class TenantCopies
{
    /// <summary>Takes over name and slug unless something newer is known.</summary>
    public static Task NameAsync(IdentityDb db, Guid id, string slug, string name, DateTimeOffset at, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"""
        INSERT INTO tenants (id, slug, name, status, named_at, status_at, created_at, updated_at, version)
        VALUES ({id}, {slug}, {name}, 'Active', {at}, '-infinity', {at}, {at}, 1)
        ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, named_at = excluded.named_at,
            updated_at = excluded.updated_at, version = tenants.version + 1
        WHERE tenants.named_at < excluded.named_at
        """, ct);

    /// <summary>Takes over the status unless something newer is known. A deleted tenant stays deleted.</summary>
    public static Task SetStatusAsync(IdentityDb db, Guid id, TenantStatus status, DateTimeOffset at, CancellationToken ct)
    {
        var text = status.ToString();
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO tenants (id, slug, name, status, named_at, status_at, created_at, updated_at, version)
            VALUES ({id}, {id.ToString()}, '', {text}, '-infinity', {at}, {at}, {at}, 1)
            ON CONFLICT (id) DO UPDATE SET status = excluded.status, status_at = excluded.status_at,
                updated_at = excluded.updated_at, version = tenants.version + 1
            WHERE tenants.status_at < excluded.status_at AND tenants.status <> 'Deleted'
            """, ct);
    }
}
