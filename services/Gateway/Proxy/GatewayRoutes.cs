using Platform.Contracts.Gateway;

namespace Platform.Gateway.Proxy;

/// <summary>One row of the route table.</summary>
/// <param name="Pattern">ASP.NET Core route pattern.</param>
/// <param name="Rules">What the pipeline does with it.</param>
/// <param name="Method">The one method it is for; all of them when null.</param>
internal sealed record GatewayRoute(string Pattern, RouteRules Rules, string? Method = null);

/// <summary>
/// Everything that is reachable from outside. What is not in this table is 404: a service's <c>/internal</c>,
/// <c>/openapi</c>, <c>/health</c> and <c>/metrics</c> have no row. A specific row wins over a general one.
/// </summary>
internal static class GatewayRoutes
{
    private static readonly RouteRules Identity = new() { Service = Upstreams.IndexOf(Upstreams.Identity), Compress = false };
    private static readonly RouteRules Tenancy = new() { Service = Upstreams.IndexOf(Upstreams.Tenancy), Compress = false };
    private static readonly RouteRules ThreatIntel = new() { Service = Upstreams.IndexOf(Upstreams.ThreatIntel), Cached = true, SharesAnswers = true };
    private static readonly RouteRules KnowledgeGraph = new() { Service = Upstreams.IndexOf(Upstreams.KnowledgeGraph) };
    private static readonly RouteRules Agent = new() { Service = Upstreams.IndexOf(Upstreams.Agent) };

    public static readonly IReadOnlyList<GatewayRoute> Table =
    [
        // Identity: protocol endpoints at the root, signing in, users.
        // Identity authenticates the clients of these itself, /connect/userinfo included, in the forms of their standards.
        .. Tree("/connect", Identity with { Anonymous = true, Protocol = true }),
        new("/connect/token", Identity with { Anonymous = true, Protocol = true, OnlyRefusalsCount = true }, HttpMethods.Post),
        new("/connect/introspect", Identity with { Anonymous = true, Protocol = true, OnlyRefusalsCount = true }, HttpMethods.Post),
        new("/connect/revocation", Identity with { Anonymous = true, Protocol = true, OnlyRefusalsCount = true }, HttpMethods.Post),
        .. Tree("/device", Identity with { Anonymous = true, Protocol = true }),
        new("/.well-known/{**path}", Identity with { Anonymous = true, Compress = true }, HttpMethods.Get),
        new("/api/v1/users/token", Identity with { Anonymous = true, Protocol = true }, HttpMethods.Post),
        .. Versioned("/auth", Identity),
        .. Each("/auth/login", Identity with { Anonymous = true }, HttpMethods.Post),
        .. Each("/auth/refresh", Identity with { Anonymous = true }, HttpMethods.Post),
        .. Each("/auth/mfa/verify", Identity with { Anonymous = true }, HttpMethods.Post),
        .. Each("/auth/mfa/send", Identity with { Anonymous = true }, HttpMethods.Post),
        .. Each("/users/invitations/accept", Identity with { Anonymous = true }, HttpMethods.Post),
        .. Each("/auth/password/forgot", Identity with { Anonymous = true }, HttpMethods.Post),
        .. Each("/auth/password/reset", Identity with { Anonymous = true }, HttpMethods.Post),
        .. Each("/auth/password/change", Identity with { BeforePasswordChange = true }, HttpMethods.Post),
        .. Each("/auth/logout", Identity with { BeforePasswordChange = true }, HttpMethods.Post),
        .. Versioned("/users", Identity),
        .. Each("/users/me", Identity with { BeforePasswordChange = true }, HttpMethods.Get),
        .. Each("/users", Identity with { Limit = LimitedRoutes.UsersList }, HttpMethods.Get),
        .. Each("/users", Identity with { Limit = LimitedRoutes.UsersCreate }, HttpMethods.Post),
        .. Each("/users/{id}", Identity with { Limit = LimitedRoutes.UsersDelete }, HttpMethods.Delete),
        .. Versioned("/roles", Identity),
        .. Versioned("/permissions", Identity),
        .. Versioned("/integrations", Identity),
        .. Each("/integrations/clients", Identity with { Limit = LimitedRoutes.ClientsList }, HttpMethods.Get),
        .. Each("/integrations/clients", Identity with { Limit = LimitedRoutes.ClientsCreate }, HttpMethods.Post),
        .. Versioned("/audit", Identity with { Compress = true }),
        .. Each("/audit/export", Identity with { Compress = true, Streams = true }, HttpMethods.Get),

        // Tenancy.
        .. Tree("/api/admin", Tenancy),
        .. Versioned("/admin", Tenancy),
        new("/api/admin/backups/{id}/events", Tenancy with { Streams = true }, HttpMethods.Get),
        .. Each("/admin/backups/{id}/events", Tenancy with { Streams = true }, HttpMethods.Get),
        .. Versioned("/usage", Tenancy with { Compress = true }),
        .. Each("/usage/export", Tenancy with { Compress = true, Streams = true }, HttpMethods.Get),
        .. Versioned("/tenant", Tenancy),
        .. Versioned("/config", Tenancy),
        .. Each("/config", Tenancy with { Limit = LimitedRoutes.ConfigRead }, HttpMethods.Get),
        .. Each("/config", Tenancy with { Limit = LimitedRoutes.ConfigWrite }, HttpMethods.Put),
        .. Each("/config/test-database", Tenancy with { Limit = LimitedRoutes.ConfigTest }, HttpMethods.Post),

        // ThreatIntel.
        .. Versioned("/threat-intel", ThreatIntel),
        .. Each("/threat-intel/import", ThreatIntel with { MaxBodyBytes = RouteRules.ImportBody, Streams = true }, HttpMethods.Post),
        .. Each("/threat-intel/imports/{id}/events", ThreatIntel with { Streams = true, Cached = false }, HttpMethods.Get),
        .. Each("/threat-intel/export", ThreatIntel with { Streams = true, Cached = false }, HttpMethods.Get),
        .. Each("/threat-intel/{kind}/bulk", ThreatIntel with { MaxBodyBytes = RouteRules.BulkBody }, HttpMethods.Post),
        .. Versioned("/infrastructure", ThreatIntel),
        .. Each("/infrastructure/{kind}/bulk", ThreatIntel with { MaxBodyBytes = RouteRules.BulkBody }, HttpMethods.Post),
        .. Each("/infrastructure/events", ThreatIntel with { MaxBodyBytes = RouteRules.BulkBody }, HttpMethods.Post),
        .. Versioned("/analytics", ThreatIntel),
        .. Tree("/taxii2", ThreatIntel with { MaxBodyBytes = RouteRules.BulkBody, TakesBasic = true }),

        // KnowledgeGraph.
        .. Versioned("/knowledge-graph", KnowledgeGraph),
        .. Each("/knowledge-graph/{kind}/bulk", KnowledgeGraph with { MaxBodyBytes = RouteRules.BulkBody }, HttpMethods.Post),
        .. Each("/knowledge-graph/export", KnowledgeGraph with { Streams = true }, HttpMethods.Get),
        .. Versioned("/items", KnowledgeGraph),
        .. Each("/items", KnowledgeGraph with { MaxBodyBytes = RouteRules.BulkBody }, HttpMethods.Post),
        .. Versioned("/interactions", KnowledgeGraph),
        .. Versioned("/recommendations", KnowledgeGraph),

        // Agent.
        .. Versioned("/agent", Agent),
        .. Each("/agent/chat_sse", Agent with { Streams = true, Compress = false, Limit = LimitedRoutes.ChatSse }),
        .. Each("/agent/chat_poll", Agent with { Streams = true, Limit = LimitedRoutes.ChatPoll }),
        .. Each("/agent/chat_ws", Agent with { Streams = true, Compress = false, Limit = LimitedRoutes.ChatWs }),
        .. Each("/agent/tools", Agent with { Limit = LimitedRoutes.ToolsList }, HttpMethods.Get),
        .. Each("/agent/mcp", Agent with { Streams = true, Compress = false }),
        .. Versioned("/mcp", Agent with { Streams = true, Compress = false }),
        .. Tree("/mcp", Agent with { Streams = true, Compress = false }),
    ];

    /// <summary>A path and all below it.</summary>
    private static IEnumerable<GatewayRoute> Tree(string path, RouteRules rules) => [new($"{path}/{{**path}}", rules)];

    /// <summary>A path and all below it, in both versions.</summary>
    private static IEnumerable<GatewayRoute> Versioned(string path, RouteRules rules) =>
        [.. Tree("/api/v1" + path, rules), .. Tree("/api/v2" + path, rules)];

    /// <summary>One path in both versions.</summary>
    private static IEnumerable<GatewayRoute> Each(string path, RouteRules rules, string? method = null) =>
        [new("/api/v1" + path, rules, method), new("/api/v2" + path, rules, method)];
}
