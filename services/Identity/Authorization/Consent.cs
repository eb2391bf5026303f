using Platform.Identity.Storage;

namespace Platform.Identity.Authorization;

/// <summary>What a user lets a client have, remembered so that they are asked once.</summary>
internal sealed class Consent : ITenantRow
{
    public Guid TenantId { get; set; }

    public Guid UserId { get; set; }

    public string ClientId { get; set; } = "";

    /// <summary>Scopes, space separated.</summary>
    public string Scope { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }
}
