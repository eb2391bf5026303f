using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Analytics;

/// <summary>How many of a kind there are.</summary>
/// <param name="Value">The kind.</param>
/// <param name="Count">How many.</param>
internal sealed record ValueCount(string Value, long Count);

/// <summary>What the tenant knows, as far as the caller may see it. Relationships and sightings are not counted.</summary>
/// <param name="Objects">All objects.</param>
/// <param name="Live">Those that are neither revoked nor deprecated.</param>
/// <param name="ThreatActors">Live threat actors and intrusion sets.</param>
/// <param name="Campaigns">Live campaigns.</param>
/// <param name="Indicators">Live indicators.</param>
/// <param name="Malware">Live malware.</param>
/// <param name="Vulnerabilities">Live vulnerabilities.</param>
/// <param name="AttackPatterns">Live attack patterns.</param>
/// <param name="IndicatorsLastDay">Indicators first recorded in this hour or the 24 before it.</param>
/// <param name="ByType">Live objects by STIX type, most first.</param>
/// <param name="Severities">Live indicators by severity.</param>
internal sealed record Overview(
    long Objects, long Live, long ThreatActors, long Campaigns, long Indicators, long Malware, long Vulnerabilities, long AttackPatterns,
    long IndicatorsLastDay, IReadOnlyList<ValueCount> ByType, IReadOnlyList<ValueCount> Severities);

/// <summary>Reads totals off the rollups.</summary>
internal static class ReadOverview
{
    /// <summary>Every severity an indicator can have; <c>unknown</c> where it states none.</summary>
    private static readonly string[] Levels = ["critical", "high", "medium", "low", "unknown"];

    public static async Task<Overview> RunAsync(ThreatIntelDb db, TlpLevel clearance, DateTimeOffset now, CancellationToken ct)
    {
        var types = await db.ObjectRollups.AsNoTracking().CountedFor(clearance)
            .GroupBy(r => r.Type).Select(g => new { Type = g.Key, All = g.Sum(r => r.Count), Live = g.Sum(r => r.IsLive ? r.Count : 0) }).ToListAsync(ct);
        var live = types.ToDictionary(t => t.Type, t => t.Live);
        var since = now.AddDays(-1).AddHours(-1);
        var arrived = await db.ArrivalRollups.AsNoTracking().CountedFor(clearance)
            .Where(r => r.Span == "hour" && r.Dimension == "all" && r.Bucket > since).SumAsync(r => r.Count, ct);
        return new Overview(
            types.Sum(t => t.All), types.Sum(t => t.Live),
            Of(StixTypes.ThreatActor) + Of(StixTypes.IntrusionSet), Of(StixTypes.Campaign), Of(StixTypes.Indicator), Of("malware"), Of("vulnerability"), Of("attack-pattern"),
            arrived,
            [.. types.Where(t => t.Live > 0).OrderByDescending(t => t.Live).ThenBy(t => t.Type, StringComparer.Ordinal).Select(t => new ValueCount(t.Type, t.Live))],
            await SeveritiesAsync(db, clearance, ct));

        long Of(string type) => live.GetValueOrDefault(type);
    }

    /// <summary>Live indicators by severity, those with none included.</summary>
    public static async Task<IReadOnlyList<ValueCount>> SeveritiesAsync(ThreatIntelDb db, TlpLevel clearance, CancellationToken ct)
    {
        var rows = await db.IndicatorRollups.AsNoTracking().CountedFor(clearance).Where(r => r.IsLive)
            .GroupBy(r => r.Severity).Select(g => new { g.Key, Count = g.Sum(r => r.Count) }).ToListAsync(ct);
        var counts = rows.ToDictionary(row => row.Key.Length == 0 ? "unknown" : row.Key, row => row.Count);
        return [.. Levels.Select(level => new ValueCount(level, counts.GetValueOrDefault(level)))];
    }
}
