using System.Globalization;
using System.Text.Json;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Configuration;

/// <summary>What one setting was and is; absent where it was or is not set.</summary>
internal sealed record SettingChange(string? From, string? To);

/// <summary>Settings as they are stored and told apart.</summary>
internal static class SettingsText
{
    public static string Write(PlatformSettings settings) => JsonSerializer.Serialize(settings, Json.Options);

    public static PlatformSettings Read(string json) => JsonSerializer.Deserialize<PlatformSettings>(json, Json.Options)!;

    /// <summary>The settings that differ, by the names of the API.</summary>
    public static SortedDictionary<string, SettingChange> Compare(PlatformSettings from, PlatformSettings to)
    {
        var changes = new SortedDictionary<string, SettingChange>(StringComparer.Ordinal);
        Add("rate_limit_max_requests", from.RateLimitMaxRequests, to.RateLimitMaxRequests);
        Add("rate_limit_window", from.RateLimitWindow, to.RateLimitWindow);
        Add("circuit_breaker_failure_threshold", from.CircuitBreakerFailureThreshold, to.CircuitBreakerFailureThreshold);
        Add("circuit_breaker_timeout", from.CircuitBreakerTimeout, to.CircuitBreakerTimeout);
        Add("backup_path", from.BackupPath, to.BackupPath);
        Add("log_path", from.LogPath, to.LogPath);
        return changes;

        void Add(string name, object? before, object? after)
        {
            if (!Equals(before, after))
            {
                changes[name] = new SettingChange(Text(before), Text(after));
            }
        }
    }

    private static string? Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;
}
