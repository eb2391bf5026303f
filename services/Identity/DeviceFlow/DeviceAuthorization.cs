using Platform.Identity.Storage;

namespace Platform.Identity.DeviceFlow;

/// <summary>
/// A device that waits for its user (RFC 8628): it polls with the device code, the user types the user code on another
/// machine. Both are kept as keyed hashes.
/// </summary>
internal sealed class DeviceAuthorization : ITenantRow
{
    public Guid Id { get; set; }

    /// <summary>The client's tenant.</summary>
    public Guid TenantId { get; set; }

    public string ClientId { get; set; } = "";

    public byte[] Hash { get; set; } = [];

    public byte[] UserCodeHash { get; set; } = [];

    public string Scope { get; set; } = "";

    /// <summary>Seconds between polls; grows when the device is too quick (section 3.5).</summary>
    public int Interval { get; set; }

    public DateTimeOffset? PolledAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? ApprovedAt { get; set; }

    public DateTimeOffset? DeniedAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }

    /// <summary>Where the user who approved is at home.</summary>
    public Guid? UserTenantId { get; set; }

    public Guid? UserId { get; set; }

    public Guid? BrowserSessionId { get; set; }

    public string Methods { get; set; } = "";

    public DateTimeOffset? AuthenticatedAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }
}
