using Platform.Contracts;
using Platform.Identity.Roles;
using Platform.Identity.SignIn;
using Platform.ServiceDefaults;

namespace Platform.Identity.Users;

/// <summary>Who may see and change whom: nobody gives or takes more than they hold themselves.</summary>
internal static class UserRules
{
    private const string Manage = "manage:users";
    private const string WriteViewers = "write:users";

    /// <summary>Superusers see viewers only; administrators everybody, also while they only read in another tenant.</summary>
    public static bool SeesEverybody(this CallContext call) => call.IsAllowed(Manage) || (call.IsAllowed("read:users") && call.IsAllowed("read:audit"));

    public static bool MaySee(this CallContext call, User user) =>
        call.UserId() == user.Id || (call.IsAllowed("read:users") && (call.SeesEverybody() || user.Role == BuiltInRoles.Viewer));

    /// <summary>Whether the caller holds all that a role gives.</summary>
    public static bool MayGive(this CallContext call, EffectiveRole role, TlpLevel? clearance) =>
        call.Permissions().Covers(role.Permissions) && (clearance ?? role.Clearance) <= call.Clearance;

    /// <summary>Whether the caller may make these changes to a user they see; a sentence when not.</summary>
    /// <param name="call">The caller.</param>
    /// <param name="user">The user as they are.</param>
    /// <param name="change">What is wanted.</param>
    /// <param name="role">The role that they are to have, where another one is wanted.</param>
    public static string? WhyNotChange(this CallContext call, User user, UserChange change, EffectiveRole? role)
    {
        if (call.UserId() == user.Id && change.IsNameOnly)
        {
            return null;
        }

        if (call.IsAllowed(Manage))
        {
            return !call.Permissions().Covers(user.Permissions) ? "You cannot change somebody with more rights than yours."
                : role is not null && !call.MayGive(role, change.RemovesClearance ? null : change.TlpClearance ?? user.Clearance) ? "You cannot give a role with more rights or a higher clearance than yours."
                : IsTooHigh(call, user, change, role) ? "You cannot give a clearance above your own."
                : null;
        }

        if (call.IsAllowed(WriteViewers) && user.Role == BuiltInRoles.Viewer && call.UserId() != user.Id)
        {
            return role is not null && role.Name != BuiltInRoles.Viewer ? "You can change viewers only, and not make them anything else."
                : IsTooHigh(call, user, change, role) ? "You cannot give a clearance above your own."
                : null;
        }

        return call.UserId() == user.Id ? "You can change your user name only." : "You do not have the permission for this.";
    }

    private static bool IsTooHigh(CallContext call, User user, UserChange change, EffectiveRole? role) =>
        (change.RemovesClearance ? role?.Clearance ?? user.RoleClearance ?? BuiltInRoles.ClearanceOf(user.Role) : change.TlpClearance) > call.Clearance;
}
