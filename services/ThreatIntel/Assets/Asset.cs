namespace Platform.ThreatIntel.Assets;

/// <summary>Something of the tenant's own that can be attacked.</summary>
internal sealed class Asset
{
    public static readonly string[] Levels = ["low", "medium", "high", "critical"];

    public static readonly string[] Exposures = ["internal", "partner", "internet"];

    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public required string Name { get; set; }

    /// <summary>Such as host, network, service; in the tenant's own words.</summary>
    public required string Kind { get; set; }

    public string? Description { get; set; }

    public string? Owner { get; set; }

    /// <summary>low, medium, high or critical.</summary>
    public required string Criticality { get; set; }

    /// <summary>From where it is reached: internal, partner or internet.</summary>
    public required string Exposure { get; set; }

    /// <summary>IP addresses and CIDR ranges, normalised.</summary>
    public string[] Addresses { get; set; } = [];

    /// <summary>Domain names, normalised.</summary>
    public string[] Hostnames { get; set; } = [];

    /// <summary>Names of known weaknesses, such as CVE-2026-1234.</summary>
    public string[] Vulnerabilities { get; set; } = [];

    public string[] Tags { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }
}
