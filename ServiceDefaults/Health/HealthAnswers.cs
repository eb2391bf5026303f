using System.Text.Json.Serialization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Platform.ServiceDefaults.Health;

namespace Platform.ServiceDefaults;

/// <summary>What <c>/health</c> answers, for endpoints that tell it among other things.</summary>
public sealed class HealthAnswers
{
    internal const string Unhealthy = "unhealthy";

    private readonly HealthReports _reports;
    private readonly Lifecycle _lifecycle;
    private readonly TimeProvider _time;

    internal HealthAnswers(HealthReports reports, Lifecycle lifecycle, TimeProvider time) => (_reports, _lifecycle, _time) = (reports, lifecycle, time);

    /// <summary>The latest run of the checks.</summary>
    public async Task<HealthAnswer> GetAsync(CancellationToken ct)
    {
        var report = await _reports.GetAsync(ct);
        var checks = new SortedDictionary<string, IReadOnlyDictionary<string, object>>(StringComparer.Ordinal);
        foreach (var (name, entry) in report.Entries)
        {
            checks[name] = Shown(entry);
        }

        return new HealthAnswer(
            NameOf(report.Status), _time.GetUtcNow(), Math.Round(_lifecycle.Uptime.TotalSeconds, 3), TelemetrySetup.ServiceVersion, checks);
    }

    // Data of other checks may be anything: MassTransit's holds the errors of its endpoints.
    private static IReadOnlyDictionary<string, object> Shown(HealthReportEntry entry) => entry.Tags.Contains(HealthTags.Figures)
        ? entry.Data
        : new Dictionary<string, object>
        {
            ["status"] = NameOf(entry.Status),
            ["duration_ms"] = Math.Round(entry.Duration.TotalMilliseconds, 1),
        };

    private static string NameOf(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => Unhealthy,
    };
}

/// <summary>Answer of <c>/health</c>.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> (something optional is away) or <c>unhealthy</c>.</param>
/// <param name="Timestamp">When the answer was written.</param>
/// <param name="UptimeSeconds">Since the process started.</param>
/// <param name="Version">Of the running program.</param>
/// <param name="Checks">By name: <c>status</c> and <c>duration_ms</c>, or the figures of a check that reports some.</param>
public sealed record HealthAnswer(
    string Status,
    DateTimeOffset Timestamp,
    double UptimeSeconds,
    string Version,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>> Checks)
{
    /// <summary>Whether something is away that the process cannot work without.</summary>
    [JsonIgnore]
    public bool IsUnhealthy => Status == HealthAnswers.Unhealthy;
}
