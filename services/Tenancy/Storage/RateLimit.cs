namespace Platform.Tenancy.Storage;

/// <summary>The request limits of one tenant where they are not the defaults.</summary>
internal sealed class RateLimit
{
    public const int DefaultPerMinute = 1_000;
    public const int DefaultPerHour = 50_000;
    public const int DefaultPerDay = 1_000_000;

    public Guid TenantId { get; set; }

    public int RequestsPerMinute { get; set; } = DefaultPerMinute;

    public int RequestsPerHour { get; set; } = DefaultPerHour;

    public int RequestsPerDay { get; set; } = DefaultPerDay;

    /// <summary>Hourly limits of single operations (<see cref="RateLimits.RouteLimit"/>), as JSON.</summary>
    public string Routes { get; set; } = "[]";

    /// <summary>Tokens that the tenant's language models may take in a calendar month (UTC); null without end.</summary>
    public long? ModelTokensPerMonth { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }
}
