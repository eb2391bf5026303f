using Platform.Contracts;

namespace Platform.Identity.Clients;

/// <summary>An integration client.</summary>
/// <param name="ClientId">Its id.</param>
/// <param name="ClientName">Its name for people.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Status"><c>active</c> or <c>expired</c>.</param>
/// <param name="Permissions">What it may do.</param>
/// <param name="TlpClearance">What it may see.</param>
/// <param name="AllowedCidrs">Networks that it may be used from; any where there are none.</param>
/// <param name="GrantTypes">By their names in RFC 7591.</param>
/// <param name="RedirectUris">Where users are sent back to.</param>
/// <param name="PostLogoutRedirectUris">Where users are sent after signing out.</param>
/// <param name="TokenEndpointAuthMethod">How it authenticates.</param>
/// <param name="DpopBoundAccessTokens">Whether its tokens are bound to a key.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When it was changed last.</param>
/// <param name="ExpiresAt">When it stops working.</param>
/// <param name="LastUsedAt">When it got a token last.</param>
/// <param name="PreviousSecretUntil">Until when the secrets of before the last rotation are good.</param>
internal record ClientView(
    string ClientId,
    string ClientName,
    string? Description,
    string Status,
    IReadOnlyList<string> Permissions,
    TlpLevel TlpClearance,
    IReadOnlyList<string> AllowedCidrs,
    IReadOnlyList<string> GrantTypes,
    IReadOnlyList<string> RedirectUris,
    IReadOnlyList<string> PostLogoutRedirectUris,
    string TokenEndpointAuthMethod,
    bool DpopBoundAccessTokens,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? PreviousSecretUntil)
{
    internal static ClientView From(Client c, DateTimeOffset now) => new(
        c.ClientId, c.Name, c.Description, c.IsUsable(now) ? "active" : "expired", c.Permissions, c.Clearance, c.AllowedCidrs, c.GrantTypes, c.RedirectUris,
        c.PostLogoutRedirectUris, c.AuthMethod, c.DpopBound, c.CreatedAt, c.UpdatedAt, c.ExpiresAt, c.LastUsedAt, c.PreviousUntil > now ? c.PreviousUntil : null);
}

/// <summary>An integration client with its secrets, which are shown this once; a public one has none.</summary>
internal sealed record CreatedClient : ClientView
{
    public CreatedClient(string? clientSecret, string? apiKey, ClientView client)
        : base(client)
    {
        ClientSecret = clientSecret;
        ApiKey = apiKey;
    }

    /// <summary>For the token endpoint and for signing requests (HMAC-SHA-256).</summary>
    public string? ClientSecret { get; }

    /// <summary>For the <c>X-API-Key</c> header.</summary>
    public string? ApiKey { get; }
}

/// <summary>What a client did.</summary>
internal sealed record ClientUsageReport(
    string ClientId, DateOnly From, DateOnly To, long Requests, long Errors, DateTimeOffset? LastUsedAt, IReadOnlyList<ClientUsageDay> Days);

/// <summary>One day of it.</summary>
internal sealed record ClientUsageDay(DateOnly Day, long Requests, long Errors, long RequestBytes, long ResponseBytes);
