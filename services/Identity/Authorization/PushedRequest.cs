using Platform.Identity.Storage;

namespace Platform.Identity.Authorization;

/// <summary>An authorization request that a client left here before it sent the user (RFC 9126).</summary>
internal sealed class PushedRequest : ITenantRow
{
    public Guid Id { get; set; }

    /// <summary>The client's tenant.</summary>
    public Guid TenantId { get; set; }

    public string ClientId { get; set; } = "";

    /// <summary>Keyed hash of the reference.</summary>
    public byte[] Hash { get; set; } = [];

    /// <summary>The parameters, a JSON object of strings.</summary>
    public string Parameters { get; set; } = "";

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }
}
