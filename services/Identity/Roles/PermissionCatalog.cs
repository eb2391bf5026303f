using System.Collections.Frozen;

namespace Platform.Identity.Roles;

/// <summary>A permission and what it is for.</summary>
internal sealed record Permission(string Name, string Description);

/// <summary>All permissions that can be given to clients and keys.</summary>
internal static class PermissionCatalog
{
    public static readonly IReadOnlyList<Permission> All =
    [
        new("read:all", "Read everything but users, audit, keys, usage, clients and configuration."),
        new("write:all", "Create and change everything."),
        new("delete:all", "Delete everything."),
        new("read:threat_intel", "Read threat intelligence."),
        new("write:threat_intel", "Create, change and import threat intelligence."),
        new("delete:threat_intel", "Delete threat intelligence."),
        new("read:knowledge_graph", "Read the knowledge graph."),
        new("write:knowledge_graph", "Change the knowledge graph."),
        new("read:infrastructure", "Read assets and infrastructure."),
        new("write:infrastructure", "Change assets and infrastructure."),
        new("read:incidents", "Read incidents."),
        new("write:incidents", "Open and change incidents."),
        new("read:notes", "Read notes."),
        new("write:notes", "Write notes."),
        new("read:roles", "Read roles and permissions."),
        new("use:chat", "Talk to the agent."),
        new("use:query", "Send queries of one's own to the graph."),
        new("read:usage", "Read usage figures."),
        new("read:users", "Read users."),
        new("write:users", "Change viewers."),
        new("manage:users", "Create, change and delete users."),
        new("read:clients", "Read integration clients."),
        new("manage:clients", "Create, change and delete integration clients."),
        new("read:api_keys", "Read API keys."),
        new("manage:api_keys", "Create, change and delete API keys."),
        new("manage:own_api_keys", "Create, change and delete one's own API keys."),
        new("read:audit", "Read the audit log."),
        new("read:config", "Read the tenant's configuration."),
        new("manage:config", "Change the tenant's configuration."),
        new("manage:tenants", "Create and change tenants."),
        new("manage:platform", "Run the platform; act in any tenant."),
    ];

    private static readonly FrozenSet<string> Names = All.Select(p => p.Name).ToFrozenSet();

    /// <summary>Whether a permission is named as it was in older versions.</summary>
    public static bool IsOlderSpelling(string name) => name is "read" or "write" or "use_chat";

    /// <summary>The permission that a request means; null when there is none. <c>read</c>, <c>write</c> and <c>use_chat</c> are older spellings.</summary>
    public static string? Resolve(string name) => name switch
    {
        "read" => "read:all",
        "write" => "write:all",
        "use_chat" => "use:chat",
        _ => Names.TryGetValue(name, out var known) ? known : null,
    };
}
