using Platform.Identity.Clients;
using Platform.Identity.Protocol;
using Platform.Identity.Roles;
using Platform.ServiceDefaults;

namespace Platform.Identity.Authorization;

/// <summary>The scopes of users' tokens: those of OpenID Connect, <c>admin</c>, and permissions.</summary>
internal static class Scopes
{
    public const string OpenId = "openid";
    public const string Profile = "profile";
    public const string Email = "email";
    public const string OfflineAccess = "offline_access";

    public static readonly IReadOnlyList<string> Protocol = [OpenId, Profile, Email, OfflineAccess, Rights.AdminScope];

    /// <summary>The parts of a scope.</summary>
    public static string[] Split(string? scope) => (scope ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public static bool Has(string scope, string part) => Split(scope).Contains(part);

    /// <summary>Whether a part grants rights; a token without any such part has its role's.</summary>
    public static bool IsRight(string part) => part == Rights.AdminScope || part.Contains(':', StringComparison.Ordinal);

    /// <summary>
    /// What a client asks for a user, each part once. An unknown part fails: to leave it out could leave a scope without
    /// permissions, which means more and not less.
    /// </summary>
    public static string Check(string? scope, Client client)
    {
        var limit = FirstPartyClients.Is(client.ClientId) ? null : new PermissionSet(client.Permissions);
        var parts = Split(scope).Distinct().ToArray();
        foreach (var part in parts)
        {
            var known = Protocol.Contains(part) || (PermissionCatalog.Resolve(part) == part && limit?.Allows(part) != false);
            if (!known)
            {
                throw new OAuthException(OAuthError.InvalidScope, "The scope is unknown or exceeds what the client was given.");
            }
        }

        return string.Join(' ', parts);
    }

    /// <summary>What a part means, for the person who is asked.</summary>
    public static string Describe(string part) => part switch
    {
        OpenId => "Know who you are.",
        Profile => "See your name and role.",
        Email => "See your e-mail address.",
        OfflineAccess => "Stay signed in for you until you sign out.",
        Rights.AdminScope => "Do everything an administrator may do.",
        _ => PermissionCatalog.All.FirstOrDefault(p => p.Name == part)?.Description ?? part,
    };
}
