using Platform.ServiceDefaults;

namespace Platform.Identity.Roles;

/// <summary>Arithmetic of permissions.</summary>
internal static class Rights
{
    /// <summary>The scope that means everything an administrator may do inside the tenant.</summary>
    public const string AdminScope = "admin";

    /// <summary>All that a token may do while a password change is due: change it.</summary>
    public const string PasswordChangeOnly = "use:password_change";

    private static readonly string[] NotForActing = ["manage:tenants", "manage:platform"];

    private static readonly string[] ReadingOnly =
        ["read:all", "read:users", "read:audit", "read:usage", "read:config", "read:api_keys", "read:clients", "use:query"];

    /// <summary>An administrator's rights inside a tenant that is not their own.</summary>
    public static PermissionSet ForActing(bool write) => write
        ? new PermissionSet(BuiltInRoles.PermissionsOf(BuiltInRoles.Admin).Granted.Except(NotForActing))
        : new PermissionSet(ReadingOnly);

    /// <summary>What both sets allow, named by the narrower grant of either.</summary>
    public static PermissionSet Intersect(PermissionSet one, PermissionSet other) =>
        new(one.Granted.Where(other.Allows).Concat(other.Granted.Where(one.Allows)).Distinct());

    /// <summary>
    /// What is left of the holder's rights under a requested scope: all of them when the scope names no permission.
    /// </summary>
    public static PermissionSet Within(PermissionSet held, string? scope) => AskedBy(scope) is { Count: > 0 } asked ? Intersect(held, new PermissionSet(asked)) : held;

    /// <summary>What is left under a part of a granted scope: none, where the permissions are the part that was left out.</summary>
    public static PermissionSet Narrow(PermissionSet held, string granted, string part) =>
        AskedBy(part).Count == 0 && AskedBy(granted).Count > 0 ? PermissionSet.Empty : Within(held, part);

    private static List<string> AskedBy(string? scope)
    {
        var asked = new List<string>();
        foreach (var item in (scope ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (item == AdminScope)
            {
                asked.AddRange(BuiltInRoles.PermissionsOf(BuiltInRoles.Admin).Granted);
            }
            else if (item.Contains(':', StringComparison.Ordinal))
            {
                asked.Add(item);
            }
        }

        return asked;
    }
}
