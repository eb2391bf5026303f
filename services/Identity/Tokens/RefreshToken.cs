using Platform.Identity.Storage;

namespace Platform.Identity.Tokens;

/// <summary>
/// A refresh token that was handed out; only a keyed hash of it is kept. Each is good for one use, which makes its
/// successor in the same family (OAuth 2.1, section 4.3.1); a second use ends the family.
/// </summary>
internal sealed class RefreshToken : ITenantRow
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    /// <summary>All tokens that descend from one grant.</summary>
    public Guid FamilyId { get; set; }

    public Guid SessionId { get; set; }

    public Guid UserId { get; set; }

    /// <summary>To whom it was issued; nobody else may use it.</summary>
    public string ClientId { get; set; } = "";

    public string Scope { get; set; } = "";

    /// <summary>Thumbprint of the key that must prove possession (RFC 9449, section 5); null for a bearer token.</summary>
    public string? DpopKey { get; set; }

    public byte[] Hash { get; set; } = [];

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }
}
