using Platform.Identity.Storage;

namespace Platform.Identity.Devices;

/// <summary>A device that a user signed in from, known by its fingerprint.</summary>
internal sealed class Device : TenantRow
{
    public Guid Id { get; set; }

    public Guid UserId { get; set; }

    public byte[] Fingerprint { get; set; } = [];

    /// <summary>What the client calls it.</summary>
    public string? Name { get; set; }

    public string? UserAgent { get; set; }

    public string Address { get; set; } = "";

    public DateTimeOffset LastSeenAt { get; set; }

    /// <summary>When the user said that it is theirs: while the account is locked, it is not locked for this device.</summary>
    public DateTimeOffset? TrustedAt { get; set; }
}
