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

    private static async Task<JsonHttpResult<HealthAnswer>> GetHealth(HttpContext context, HealthAnswers answers)
    {
        context.Response.Headers.CacheControl = "no-store";
        var answer = await answers.GetAsync(context.RequestAborted);
        return TypedResults.Json(
            answer, Json.Options, statusCode: answer.IsUnhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
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

    private static void Open(RouteHandlerBuilder endpoint) => endpoint.AllowAnonymous().OnEveryPort().ExcludeFromDescription();
}

/// <summary>Answer of <c>/ready</c>.</summary>
internal sealed record ReadyAnswer(bool Ready, string? Reason);

/// <summary>Answer of <c>/live</c>.</summary>
internal sealed record LiveAnswer(bool Live);
