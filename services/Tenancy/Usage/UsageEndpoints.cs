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

    private static async Task<Results<Ok<UsageLimitsView>, FaultResult>> GetLimitsAsync(ReadUsageLimits limits, CancellationToken ct) =>
        await limits.RunAsync(ct) is { } view ? TypedResults.Ok(view) : Faults.NotFound("tenant");
}
