using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Usage;

/// <summary>How the caller's tenant used the platform.</summary>
internal static class UsageEndpoints
{
    public static void MapUsage(this IEndpointRouteBuilder api)
    {
        var usage = api.MapGroup("/usage").RequirePermission("read:usage").WithTags("usage");
        usage.MapGet("", GetAsync).WithSummary("Read usage over time, with latencies and error rates");
        usage.MapGet("/export", Export).Unwrapped().WithSummary("Read usage over time as CSV");
        usage.MapGet("/limits", GetLimitsAsync).WithSummary("Read the request limits and what is left of them now");
    }

    // The parameters are read by UsageRange, which names all faults at once; they stand here for the API description.
    private static async Task<Ok<UsageReport>> GetAsync(
        [FromQuery, Description("Beginning, 30 days (by hour: 1 day, by month: 12 months) before `to` unless given.")] string? from,
        [FromQuery, Description("End, now unless given.")] string? to,
        [FromQuery, Description("hour (93 days at most), day (366 days; unless given) or month (1100 days).")] string? granularity,
        [FromQuery(Name = "group_by"), Description("endpoint, api_key or status.")] string? groupBy,
        HttpRequest request,
        QueryUsage query,
        TimeProvider clock,
        CancellationToken ct)
    {
        _ = (from, to, granularity, groupBy);
        return TypedResults.Ok(await query.RunAsync(UsageRange.Read(request.Query, clock.GetUtcNow()), ct));
    }

    private static UsageExport Export(
        [FromQuery, Description("Beginning, as for a report.")] string? from,
        [FromQuery, Description("End, as for a report.")] string? to,
        [FromQuery, Description("hour, day or month.")] string? granularity,
        [FromQuery(Name = "group_by"), Description("endpoint, api_key or status.")] string? groupBy,
        HttpRequest request,
        ReadRollups rollups,
        TimeProvider clock)
    {
        _ = (from, to, granularity, groupBy);
        var range = UsageRange.Read(request.Query, clock.GetUtcNow());
        return new UsageExport(range, rollups.RunAsync(range, CancellationToken.None));
    }

    private static async Task<Results<Ok<UsageLimitsView>, FaultResult>> GetLimitsAsync(ReadUsageLimits limits, CancellationToken ct) =>
        await limits.RunAsync(ct) is { } view ? TypedResults.Ok(view) : Faults.NotFound("tenant");
}
