using Microsoft.EntityFrameworkCore;
using Platform.Identity.Roles;
using Platform.Identity.Storage;

namespace Platform.Identity.Users;

/// <summary>Every tenant keeps somebody who can administer it, and the platform keeps a platform administrator.</summary>
internal sealed class LastAdmin(IdentityDb db)
{
    /// <summary>Lets changes of users in a tenant happen one after the other, so that two administrators cannot remove each other.</summary>
    public Task LockAsync(Guid tenantId, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({tenantId.ToString()}, 7160303))", ct);

    /// <summary>Whether nobody else could do what this user can.</summary>
    public async Task<bool> IsAsync(User user, CancellationToken ct)
    {
        if (!BuiltInRoles.IsAdmin(user.Role) || !user.Active)
        {
            return false;
        }

        string[] equals = user.Role == BuiltInRoles.PlatformAdmin ? [BuiltInRoles.PlatformAdmin] : [BuiltInRoles.Admin, BuiltInRoles.PlatformAdmin];
        return !await db.Users.AnyAsync(u => u.Id != user.Id && u.Active && u.DeletedAt == null && equals.Contains(u.Role), ct);
    }
}
