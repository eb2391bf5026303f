namespace Platform.Tenancy.Usage;

/// <summary>How a tenant used the platform.</summary>
/// <param name="From">Where the report begins: the beginning of its first point.</param>
/// <param name="To">Where it ends: the end of its last point, which is not in it.</param>
/// <param name="Granularity">The length of a point: hour, day or month, in UTC.</param>
/// <param name="GroupBy">What the series are split by, if anything.</param>
/// <param name="Totals">The figures of the whole range.</param>
/// <param name="Groups">The figures of each group over the whole range, the busiest first.</param>
/// <param name="Series">The figures of each point in time (and group) with requests, in order.</param>
/// <param name="Models">What the tenant's language models took in the whole range, the most tokens first.</param>
internal sealed record UsageReport(
    DateTimeOffset From,
    DateTimeOffset To,
    string Granularity,
    string? GroupBy,
    UsageFigures Totals,
    IReadOnlyList<UsageGroup>? Groups,
    IReadOnlyList<UsagePoint> Series,
    IReadOnlyList<ModelFigures> Models);

/// <summary>Counts and latencies of some requests.</summary>
/// <param name="Requests">All of them.</param>
/// <param name="Errors">Those with a status of 400 and above.</param>
/// <param name="ErrorRate">Errors among requests, 0 to 1.</param>
/// <param name="RequestBytes">Bytes received.</param>
/// <param name="ResponseBytes">Bytes sent.</param>
/// <param name="LatencyMs">Milliseconds until the answer was complete.</param>
internal sealed record UsageFigures(long Requests, long Errors, double ErrorRate, long RequestBytes, long ResponseBytes, Percentiles? LatencyMs);

/// <summary>Of a hundred requests, 50, 95 and 99 took at most this long; at most 2.5 % off.</summary>
internal sealed record Percentiles(double P50, double P95, double P99);

internal sealed record UsageGroup(string Group, UsageFigures Figures);

internal sealed record UsagePoint(DateTimeOffset Timestamp, string? Group, UsageFigures Figures);
