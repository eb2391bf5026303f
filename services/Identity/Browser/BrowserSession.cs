using Platform.Identity.Storage;

namespace Platform.Identity.Browser;

/// <summary>
/// Somebody signed in to the pages of this service with a browser; the cookie proves it, and only its keyed hash is kept.
/// What clients get on the strength of it are sessions of their own.
/// </summary>
internal sealed class BrowserSession : ITenantRow
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public Guid UserId { get; set; }

    public byte[] Hash { get; set; } = [];

    /// <summary>How the user proved who they are (RFC 8176), space separated.</summary>
    public string Methods { get; set; } = "";

    /// <summary>When that was: <c>auth_time</c> of ID tokens.</summary>
    public DateTimeOffset AuthenticatedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Device codes that were typed wrong; guessing ends the session (RFC 8628, section 5.1).</summary>
    public int WrongCodes { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }

    public bool IsActive(DateTimeOffset now) => EndedAt is null && ExpiresAt > now;
}
