using Platform.Contracts.Tenancy;

namespace Platform.Agent.Storage;

/// <summary>What Tenancy last said of a tenant's limits.</summary>
internal sealed class TenantLimits
{
    public Guid TenantId { get; set; }

    /// <summary>Hourly limits of single operations that are not the platform's own.</summary>
    public IReadOnlyList<ChangedRouteLimit> Routes { get; set; } = [];

    /// <summary>Tokens that models may take in a calendar month (UTC); null without end.</summary>
    public long? ModelTokensPerMonth { get; set; }

    /// <summary>When that was said.</summary>
    public DateTimeOffset ChangedAt { get; set; }
}
