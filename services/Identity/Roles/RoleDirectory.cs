using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Roles;

/// <summary>A role with everything it may do.</summary>
internal sealed record EffectiveRole(
    string Name, string Description, IReadOnlyList<string> Inherits, IReadOnlyList<string> Grants, PermissionSet Permissions, TlpLevel Clearance, bool BuiltIn)
{
    internal static EffectiveRole Of(Role r) => new(r.Name, r.Description, r.Inherits, r.Grants, BuiltInRoles.PermissionsOf(r.Name), r.Clearance, true);

    internal static EffectiveRole Of(CustomRole r) => new(r.Name, r.Description, r.Inherits, r.Grants, new PermissionSet(r.Permissions), r.Clearance, false);

    /// <summary>Gives the role to a user, who carries a copy of what it allows: signing in asks for no role.</summary>
    public void GiveTo(Users.User user)
    {
        user.Role = Name;
        user.RolePermissions = BuiltIn ? null : [.. Permissions.Granted];
        user.RoleClearance = BuiltIn ? null : Clearance;
    }
}

/// <summary>The roles of a tenant: the built-in ones and its own.</summary>
internal static class RoleDirectory
{
    /// <summary>The role that a name or alias means; null when there is none.</summary>
    public static async Task<EffectiveRole?> FindRoleAsync(this IdentityDb db, string name, CancellationToken ct) =>
        BuiltInRoles.Resolve(name) is { } builtIn ? EffectiveRole.Of(BuiltInRoles.All.First(r => r.Name == builtIn))
        : RoleNames.IsValid(name) && await db.Roles.AsNoTracking().SingleOrDefaultAsync(r => r.Name == name, ct) is { } own ? EffectiveRole.Of(own)
        : null;

    public static async Task<List<EffectiveRole>> ListRolesAsync(this IdentityDb db, CancellationToken ct) =>
        [.. BuiltInRoles.All.Select(EffectiveRole.Of), .. (await db.Roles.AsNoTracking().OrderBy(r => r.Name).ToListAsync(ct)).Select(EffectiveRole.Of)];
}
