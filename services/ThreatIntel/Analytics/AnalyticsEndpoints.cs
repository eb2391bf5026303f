using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Analytics;

/// <summary>What is known, in figures. Every figure counts what the caller may see and nothing else.</summary>
internal static class AnalyticsEndpoints
{
    private const int MostItems = 100;

    public static IEndpointRouteBuilder MapAnalytics(this IEndpointRouteBuilder api)
    {
        var all = api.MapGroup("/analytics").WithTags("Analytics");
        all.MapGet("/mttr", ResponseTimes).RequirePermission("read:incidents").WithSummary("Read how long incidents took to triage, contain and resolve");
        var group = all.MapGroup("").RequirePermission("read:threat_intel").Kept();
        group.MapGet("/overview", Overview).WithSummary("Read how many objects of each kind there are");
        group.MapGet("/indicators/trend", Trend).WithSummary("Read how many indicators came in over time");
        group.MapGet("/actors/top", Actors).WithSummary("Read the actors with the most relationships");
        group.MapGet("/campaigns/timeline", Timeline).WithSummary("Read how many campaigns began, ended and went on over time");
        group.MapGet("/techniques/prevalence", Techniques).WithSummary("Read the techniques that are used most");
        group.MapGet("/geo", Countries).WithSummary("Read which countries threats come from and aim at");
        group.MapGet("/severity-distribution", Severities).WithSummary("Read how many live indicators there are of each severity");
        group.MapGet("/sources/quality", Sources).WithSummary("Read how much the indicators of each source say and hold");
        return api;
    }

    /// <summary>Totals of objects that the caller sees.</summary>
    private static async Task<Ok<Overview>> Overview(ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct) =>
        TypedResults.Ok(await ReadOverview.RunAsync(db, call.Clearance, clock.GetUtcNow(), ct));

    // Query parameters are read from the request, so that all faults are named at once; they stand here for the API description.

    /// <summary>Indicators by when they first came in.</summary>
    private static async Task<Ok<IndicatorTrend>> Trend(
        HttpRequest request, ThreatIntelDb db, CallContext call, TimeProvider clock,
        [Description("hour (31 days at most), day (366; unless given), week (1830) or month (7320).")] string? granularity,
        [Description("indicator_type, severity, source or tlp.")] string? group_by,
        [Description("Beginning; before `to` 1 day by hour, 30 days by day, 12 weeks by week, 12 months by month unless given.")] string? from,
        [Description("End, now unless given.")] string? to, CancellationToken ct)
    {
        var query = new QueryReader(request.Query);
        var range = AnalyticsRange.Read(query, clock.GetUtcNow(), "day", "hour", "day", "week", "month");
        var groupBy = query.OneOf("group_by", "", "indicator_type", "severity", "source", "tlp");
        query.ThrowIfInvalid();
        return TypedResults.Ok(await ReadTrend.RunAsync(db, call.Clearance, range, groupBy.Length == 0 ? null : groupBy, ct));
    }

    /// <summary>Actors by their live relationships.</summary>
    private static async Task<Ok<TopActors>> Actors(
        HttpRequest request, ReadTop top, CallContext call, [Description("1 to 100, 10 unless given.")] string? limit, CancellationToken ct) =>
        TypedResults.Ok(await top.ActorsAsync(call.Clearance, Limit(request, 10), ct));

    /// <summary>Campaigns by when they were first and last seen.</summary>
    private static async Task<Ok<CampaignTimeline>> Timeline(
        HttpRequest request, ThreatIntelDb db, CallContext call, TimeProvider clock,
        [Description("day (366 days at most), week (1830) or month (7320; unless given).")] string? granularity,
        [Description("Beginning; before `to` 30 days by day, 12 weeks by week, 12 months by month unless given.")] string? from,
        [Description("End, now unless given.")] string? to, CancellationToken ct)
    {
        var query = new QueryReader(request.Query);
        var range = AnalyticsRange.Read(query, clock.GetUtcNow(), "month", "day", "week", "month");
        query.ThrowIfInvalid();
        return TypedResults.Ok(await ReadTimeline.RunAsync(db, call.Clearance, range, ct));
    }

    /// <summary>Techniques by the live relationships that say somebody or something uses them.</summary>
    private static async Task<Ok<PrevalentTechniques>> Techniques(
        HttpRequest request, ReadTop top, CallContext call, [Description("1 to 100, 20 unless given.")] string? limit, CancellationToken ct) =>
        TypedResults.Ok(await top.TechniquesAsync(call.Clearance, Limit(request, 20), ct));

    /// <summary>Countries by what states them, comes from them and aims at them.</summary>
    private static async Task<Ok<Geography>> Countries(
        HttpRequest request, ThreatIntelDb db, CallContext call, [Description("1 to 100, 100 unless given.")] string? limit, CancellationToken ct) =>
        TypedResults.Ok(await ReadGeography.RunAsync(db, call.Clearance, Limit(request, MostItems), ct));

    /// <summary>Live indicators by severity.</summary>
    private static async Task<Ok<SeverityDistribution>> Severities(ThreatIntelDb db, CallContext call, CancellationToken ct)
    {
        var items = await ReadOverview.SeveritiesAsync(db, call.Clearance, ct);
        return TypedResults.Ok(new SeverityDistribution(items.Sum(item => item.Count), items));
    }

    /// <summary>Sources by the indicators that name them.</summary>
    private static async Task<Ok<SourceQualities>> Sources(
        HttpRequest request, ThreatIntelDb db, CallContext call, [Description("1 to 100, 20 unless given.")] string? limit, CancellationToken ct) =>
        TypedResults.Ok(await ReadSources.RunAsync(db, call.Clearance, Limit(request, 20), ct));

    /// <summary>Incidents by how long they took.</summary>
    private static async Task<Ok<MeanTimes>> ResponseTimes(
        HttpRequest request, ThreatIntelDb db, CallContext call, TimeProvider clock,
        [Description("Opened since then; 30 days before `to` unless given, 366 at most.")] string? from,
        [Description("Opened before then; now unless given.")] string? to, CancellationToken ct)
    {
        var query = new QueryReader(request.Query);
        var range = AnalyticsRange.Read(query, clock.GetUtcNow(), "day", "day");
        query.ThrowIfInvalid();
        return TypedResults.Ok(await ReadResponse.RunAsync(db, call.Clearance, range, ct));
    }

    private static int Limit(HttpRequest request, int fallback)
    {
        var query = new QueryReader(request.Query);
        var limit = query.Int("limit", fallback, 1, MostItems);
        query.ThrowIfInvalid();
        return limit;
    }
}

/// <summary>Live indicators by severity.</summary>
/// <param name="Total">All of them.</param>
/// <param name="Items">critical, high, medium, low, and <c>unknown</c> for those that state none.</param>
internal sealed record SeverityDistribution(long Total, IReadOnlyList<ValueCount> Items);
