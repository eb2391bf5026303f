namespace Platform.Contracts.Tenancy;

/// <summary>The platform's settings are these from now on; also the answer to <see cref="ConfigurationAsked"/>.</summary>
/// <param name="Version">Which version of the settings; a higher one replaces a lower one.</param>
/// <param name="Settings">All settings, changed or not.</param>
public sealed record ConfigurationChanged(int Version, PlatformSettings Settings) : IIntegrationEvent;

/// <summary>Settings that act while the platform runs.</summary>
/// <param name="RateLimitMaxRequests">Requests that one address may make without a credential in any window.</param>
/// <param name="RateLimitWindow">Length of that window, in seconds.</param>
/// <param name="CircuitBreakerFailureThreshold">Attempts within the breaker's window below which a circuit stays closed.</param>
/// <param name="CircuitBreakerTimeout">How long an open circuit refuses, in seconds.</param>
/// <param name="BackupPath">Where backups are kept, relative to each service's data root.</param>
/// <param name="LogPath">Where each service also writes its log, relative to its data root; nowhere when null.</param>
public sealed record PlatformSettings(
    int RateLimitMaxRequests,
    int RateLimitWindow,
    int CircuitBreakerFailureThreshold,
    int CircuitBreakerTimeout,
    string BackupPath,
    string? LogPath)
{
    /// <summary>What holds until somebody sets something else.</summary>
    public static PlatformSettings Default { get; } = new(100, 60, 20, 5, "backups", null);
}
