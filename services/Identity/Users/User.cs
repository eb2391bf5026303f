using Microsoft.AspNetCore.Identity;
using Platform.Contracts;
using Platform.Identity.Roles;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Users;

/// <summary>
/// A person. The user name is the e-mail address. Password hash, security stamp and the fields of the second factor
/// are ASP.NET Core Identity's.
/// </summary>
internal sealed class User : IdentityUser<Guid>, ITenantRow
{
    public Guid TenantId { get; set; }

    public string Role { get; set; } = BuiltInRoles.Viewer;

    public bool Active { get; set; } = true;

    public bool MustChangePassword { get; set; }

    /// <summary>What the role may do, where it is one of the tenant's own; kept up to date when the role changes.</summary>
    public string[]? RolePermissions { get; set; }

    public TlpLevel? RoleClearance { get; set; }

    /// <summary>The clearance given to this person; absent: the role's.</summary>
    public TlpLevel? Clearance { get; set; }

    public DateTimeOffset? LastLoginAt { get; set; }

    public DateTimeOffset? PasswordChangedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }

    public TlpLevel EffectiveClearance => Clearance ?? RoleClearance ?? BuiltInRoles.ClearanceOf(Role);

    /// <summary>Everything that the role allows.</summary>
    public PermissionSet Permissions => RolePermissions is null ? BuiltInRoles.PermissionsOf(Role) : new PermissionSet(RolePermissions);

    /// <summary>Gives the user a name; comparisons use the normalised form.</summary>
    public void Rename(string address)
    {
        UserName = address;
        NormalizedUserName = EmailAddress.Normalize(address);
        Email = address;
        NormalizedEmail = NormalizedUserName;
    }
}
