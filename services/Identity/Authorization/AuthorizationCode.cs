using Platform.Identity.Storage;

namespace Platform.Identity.Authorization;

/// <summary>
/// A code that was handed out (RFC 6749, section 4.1.2): good for one minute, one use, one client. The row outlives its
/// use, so that a replay is known as one and ends what the code had issued.
/// </summary>
internal sealed class AuthorizationCode : ITenantRow
{
    public Guid Id { get; set; }

    /// <summary>The user's tenant.</summary>
    public Guid TenantId { get; set; }

    public string ClientId { get; set; } = "";

    public Guid UserId { get; set; }

    public Guid BrowserSessionId { get; set; }

    public byte[] Hash { get; set; } = [];

    /// <summary>As the authorization request said it; null when it left it out. The token request must say the same.</summary>
    public string? RedirectUri { get; set; }

    public string Scope { get; set; } = "";

    /// <summary>Of method S256 (RFC 7636); there is no code without.</summary>
    public string CodeChallenge { get; set; } = "";

    public string? Nonce { get; set; }

    /// <summary>Thumbprint of the key that must prove possession (RFC 9449, section 10).</summary>
    public string? DpopKey { get; set; }

    public string Methods { get; set; } = "";

    public DateTimeOffset AuthenticatedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }

    /// <summary>The session that it opened.</summary>
    public Guid? SessionId { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }
}
