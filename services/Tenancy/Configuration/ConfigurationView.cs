using System.Text.Json;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Configuration;

/// <summary>The platform's settings as clients see them.</summary>
/// <param name="DatabaseProvider">What the services keep their data in.</param>
/// <param name="LlmProvider">What answers questions: <c>builtin</c> needs no model.</param>
/// <param name="RateLimitMaxRequests">Requests that one address may make without a credential in any window.</param>
/// <param name="RateLimitWindow">Seconds of that window.</param>
/// <param name="CircuitBreakerFailureThreshold">Attempts below which a circuit stays closed.</param>
/// <param name="CircuitBreakerTimeout">Seconds that an open circuit refuses.</param>
/// <param name="Version">Of the running program.</param>
/// <param name="Environment">Where it runs.</param>
/// <param name="Revision">How often the settings were changed; also the ETag.</param>
/// <param name="BackupPath">Where backups are kept below each data root; for who holds manage:platform.</param>
/// <param name="LogPath">Where logs are written below each data root, if anywhere; for who holds manage:platform.</param>
/// <param name="UpdatedAt">When the settings were last changed, if ever.</param>
internal sealed record ConfigurationView(
    string DatabaseProvider,
    string LlmProvider,
    int RateLimitMaxRequests,
    int RateLimitWindow,
    int CircuitBreakerFailureThreshold,
    int CircuitBreakerTimeout,
    string Version,
    string Environment,
    int Revision,
    string? BackupPath,
    string? LogPath,
    DateTimeOffset? UpdatedAt)
{
    public static ConfigurationView Of(CurrentSettings current, IHostEnvironment host, bool isWhole) => new(
        "postgresql",
        "builtin",
        current.Settings.RateLimitMaxRequests,
        current.Settings.RateLimitWindow,
        current.Settings.CircuitBreakerFailureThreshold,
        current.Settings.CircuitBreakerTimeout,
        TelemetrySetup.ServiceVersion,
        host.EnvironmentName.ToLowerInvariant(),
        current.Version,
        isWhole ? current.Settings.BackupPath : null,
        isWhole ? current.Settings.LogPath : null,
        current.ChangedAt);
}

/// <summary>One change of the settings.</summary>
internal sealed record ConfigurationHistoryView(
    int Version, IReadOnlyDictionary<string, SettingChange> Changes, int? RolledBackTo, string ChangedBy, DateTimeOffset ChangedAt)
{
    public static ConfigurationHistoryView Of(ConfigurationVersion row) => new(
        row.Version,
        JsonSerializer.Deserialize<SortedDictionary<string, SettingChange>>(row.Changes, Json.Options)!,
        row.RolledBackTo,
        row.ChangedBy,
        row.CreatedAt);
}
