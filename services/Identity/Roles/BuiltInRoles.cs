using System.Collections.Frozen;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Identity.Roles;

/// <summary>A role: what it grants itself and which roles it contains.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Description">One sentence for people.</param>
/// <param name="Inherits">Roles whose grants it has too.</param>
/// <param name="Grants">Its own grants.</param>
/// <param name="Clearance">The TLP level its holders see unless theirs was set.</param>
internal sealed record Role(string Name, string Description, string[] Inherits, string[] Grants, TlpLevel Clearance);

/// <summary>The roles that every tenant has.</summary>
internal static class BuiltInRoles
{
    public const string Viewer = "viewer";
    public const string Analyst = "analyst";
    public const string Operator = "operator";
    public const string Developer = "developer";
    public const string Superuser = "superuser";
    public const string Admin = "admin";
    public const string PlatformAdmin = "platform_admin";

    /// <summary>Another name of <see cref="Viewer"/>, accepted in requests.</summary>
    public const string ViewerAlias = "normal";

    public static readonly IReadOnlyList<Role> All =
    [
        new(Viewer, "Reads everything but users, audit, keys, usage and configuration, and chats.", [],
            ["read:all", "use:chat"], TlpLevel.Green),
        new(Analyst, "Writes threat intelligence, the knowledge graph and notes.", [Viewer],
            ["write:threat_intel", "write:knowledge_graph", "write:notes"], TlpLevel.Amber),
        new(Operator, "Writes infrastructure and incidents.", [Viewer],
            ["write:infrastructure", "write:incidents"], TlpLevel.Amber),
        new(Developer, "Reads usage, manages own API keys, sends queries.", [Viewer],
            ["read:usage", "manage:own_api_keys", "use:query"], TlpLevel.Amber),
        new(Superuser, "All of the above; reads users, changes viewers, deletes threat intelligence.", [Analyst, Operator, Developer],
            ["read:users", "write:users", "delete:threat_intel"], TlpLevel.Red),
        new(Admin, "Everything inside the tenant.", [Superuser],
            ["write:all", "delete:all", "manage:users", "manage:clients", "manage:api_keys", "read:audit", "manage:config"], TlpLevel.Red),
        new(PlatformAdmin, "Everything inside the tenant, all tenants and the platform itself.", [Admin],
            ["manage:tenants", "manage:platform"], TlpLevel.Red),
    ];

    private static readonly FrozenDictionary<string, Role> ByName = All.ToFrozenDictionary(r => r.Name);

    private static readonly FrozenDictionary<string, PermissionSet> Expanded =
        All.ToFrozenDictionary(r => r.Name, r => new PermissionSet(Expand(r).Distinct()));

    public static bool Exists(string name) => ByName.ContainsKey(name);

    /// <summary>The role that a request means, aliases included; null when there is none.</summary>
    public static string? Resolve(string? name) => name == ViewerAlias ? Viewer : name is not null && ByName.ContainsKey(name) ? name : null;

    /// <summary>Everything a role may do, inherited grants included; nothing for a role that is unknown.</summary>
    public static PermissionSet PermissionsOf(string role) => Expanded.GetValueOrDefault(role) ?? PermissionSet.Empty;

    public static TlpLevel ClearanceOf(string role) => ByName.TryGetValue(role, out var found) ? found.Clearance : TlpLevel.Clear;

    /// <summary>Whether the role can administer its tenant: every tenant keeps at least one such user.</summary>
    public static bool IsAdmin(string role) => role is Admin or PlatformAdmin;

    private static IEnumerable<string> Expand(Role role) => role.Grants.Concat(role.Inherits.SelectMany(name => Expand(ByName[name])));
}
