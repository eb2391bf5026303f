using Platform.Identity.Storage;

namespace Platform.Identity.Sessions;

/// <summary>One sign-in of a user: its tokens carry its id as <c>sid</c> and fall with it.</summary>
internal sealed class Session : ITenantRow
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public Guid UserId { get; set; }

    public bool RememberMe { get; set; }

    /// <summary>How the user proved who they are (RFC 8176), space separated.</summary>
    public string Methods { get; set; } = "";

    public string Address { get; set; } = "";

    public string? UserAgent { get; set; }

    /// <summary>What the client calls the device.</summary>
    public string? Device { get; set; }

    /// <summary>The browser that it was granted in, for sessions of clients with a redirect; they end with its sign-out.</summary>
    public Guid? BrowserSessionId { get; set; }

    public DateTimeOffset LastUsedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public string? EndReason { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }

    /// <summary>The device that it was opened on.</summary>
    public Guid? DeviceId { get; set; }

    /// <summary>Of a platform administrator who acts in this tenant: the session at home that this one ends with.</summary>
    public Guid? HomeTenantId { get; set; }

    public Guid? HomeSessionId { get; set; }

    /// <summary>How many days it lasts unused, by the tenant's policy.</summary>
    public int? LifetimeDays { get; set; }

    /// <summary>How long the session lasts unused: 7 days, 30 when it is to be remembered, or as the tenant's policy says.</summary>
    public TimeSpan Lifetime => TimeSpan.FromDays(LifetimeDays ?? (RememberMe ? 30 : 7));

    public bool IsActive(DateTimeOffset now) => EndedAt is null && ExpiresAt > now;
}
