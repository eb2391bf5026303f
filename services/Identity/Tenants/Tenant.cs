using Platform.Identity.Storage;

namespace Platform.Identity.Tenants;

/// <summary>This service's copy of a tenant, kept from the events of the tenancy service.</summary>
internal sealed class Tenant : IRow
{
    public Guid Id { get; set; }

    public string Slug { get; set; } = "";

    public string Name { get; set; } = "";

    public TenantStatus Status { get; set; }

    /// <summary>When the event happened that told slug and name.</summary>
    public DateTimeOffset NamedAt { get; set; } = DateTimeOffset.MinValue;

    /// <summary>When the event happened that told the status.</summary>
    public DateTimeOffset StatusAt { get; set; } = DateTimeOffset.MinValue;

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }
}

internal enum TenantStatus
{
    Active,
    Suspended,
    Deleted,
}
