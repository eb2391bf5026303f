using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Platform.ServiceDefaults.Health;

namespace Platform.ServiceDefaults;

/// <summary>The probes: open to anybody, on every port, never wrapped.</summary>
public static class HealthEndpoints
{
    /// <summary>
    /// <c>/health</c>: the state of every check, 503 when one is unhealthy. <c>/ready</c>: whether to send work here,
    /// 503 with a reason when not. <c>/live</c>: the process answers.
    /// </summary>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints)
    {
        Open(endpoints.MapGet("/health", GetHealth));
        Open(endpoints.MapGet("/ready", GetReady));
        Open(endpoints.MapGet("/live", GetLive));
        return endpoints;
    }

    private static async Task<JsonHttpResult<HealthAnswer>> GetHealth(HttpContext context, HealthReports reports, Lifecycle lifecycle, TimeProvider time)
    {
        context.Response.Headers.CacheControl = "no-store";
        var report = await reports.GetAsync(context.RequestAborted);
        var checks = new SortedDictionary<string, IReadOnlyDictionary<string, object>>(StringComparer.Ordinal);
        foreach (var (name, entry) in report.Entries)
        {
            checks[name] = Shown(entry);
        }

        return TypedResults.Json(
            new HealthAnswer(
                NameOf(report.Status),
                time.GetUtcNow(),
                Math.Round(lifecycle.Uptime.TotalSeconds, 3),
                TelemetrySetup.ServiceVersion,
                checks),
            Json.Options,
            statusCode: report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }

    private static async Task<JsonHttpResult<ReadyAnswer>> GetReady(HttpContext context, HealthReports reports, Lifecycle lifecycle)
    {
        context.Response.Headers.CacheControl = "no-store";
        var reason = lifecycle.Reason ?? Missing(await reports.GetAsync(context.RequestAborted));
        return TypedResults.Json(
            new ReadyAnswer(reason is null, reason),
            Json.Options,
            statusCode: reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static JsonHttpResult<LiveAnswer> GetLive(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new LiveAnswer(true), Json.Options);
    }

    // The names of the checks, which their authors chose for this answer; never what they found.
    private static string? Missing(HealthReport report)
    {
        var missing = report.Entries
            .Where(e => e.Value.Status == HealthStatus.Unhealthy && e.Value.Tags.Contains(HealthTags.Ready))
            .Select(e => e.Key)
            .Order(StringComparer.Ordinal)
            .ToList();
        return missing.Count == 0 ? null : "waiting for " + string.Join(", ", missing);
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
        _ => "unhealthy",
    };

    private static void Open(RouteHandlerBuilder endpoint) => endpoint.AllowAnonymous().OnEveryPort().ExcludeFromDescription();
}

/// <summary>Answer of <c>/health</c>.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> (something optional is away) or <c>unhealthy</c>.</param>
/// <param name="Timestamp">When the answer was written.</param>
/// <param name="UptimeSeconds">Since the process started.</param>
/// <param name="Version">Of the running program.</param>
/// <param name="Checks">By name: <c>status</c> and <c>duration_ms</c>, or the figures of a check that reports some.</param>
internal sealed record HealthAnswer(
    string Status,
    DateTimeOffset Timestamp,
    double UptimeSeconds,
    string Version,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, object>> Checks);

/// <summary>Answer of <c>/ready</c>.</summary>
internal sealed record ReadyAnswer(bool Ready, string? Reason);

/// <summary>Answer of <c>/live</c>.</summary>
internal sealed record LiveAnswer(bool Live);
