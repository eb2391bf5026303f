using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Analytics;

/// <summary>What a source is worth, by the indicators that name it.</summary>
/// <param name="Source">The name of the first external reference, else who created the indicators; <c>unknown</c> for neither.</param>
/// <param name="Indicators">All its indicators.</param>
/// <param name="Revoked">Those it took back.</param>
/// <param name="RevokedShare">Their part, 0 to 1.</param>
/// <param name="AverageConfidence">The mean of the confidences it states (0 to 100); absent where it states none.</param>
/// <param name="WithConfidence">The part that states a confidence, 0 to 1.</param>
/// <param name="WithSeverity">The part that states a severity, 0 to 1.</param>
/// <param name="WithEnd">The part that states until when it is valid, 0 to 1.</param>
/// <param name="LastArrival">The hour in which its newest indicator was first recorded.</param>
internal sealed record SourceQuality(
    string Source, long Indicators, long Revoked, double RevokedShare, double? AverageConfidence, double WithConfidence, double WithSeverity, double WithEnd,
    DateTimeOffset? LastArrival);

/// <summary>Sources, those with most indicators first.</summary>
internal sealed record SourceQualities(IReadOnlyList<SourceQuality> Items);

/// <summary>Reads the figures of sources off the rollups.</summary>
internal static class ReadSources
{
    public static async Task<SourceQualities> RunAsync(ThreatIntelDb db, TlpLevel clearance, int limit, CancellationToken ct)
    {
        var rows = await db.IndicatorRollups.AsNoTracking().CountedFor(clearance).GroupBy(r => r.Source)
            .Select(g => new
            {
                Source = g.Key,
                All = g.Sum(r => r.Count),
                Revoked = g.Sum(r => r.IsLive ? 0 : r.Count),
                WithSeverity = g.Sum(r => r.Severity == "" ? 0 : r.Count),
                WithConfidence = g.Sum(r => r.WithConfidence),
                Confidence = g.Sum(r => r.ConfidenceSum),
                WithEnd = g.Sum(r => r.WithEnd),
            })
            .OrderByDescending(row => row.All).ThenBy(row => row.Source).Take(limit).ToListAsync(ct);
        string[] sources = [.. rows.Select(row => row.Source)];
        var arrivals = await db.ArrivalRollups.AsNoTracking().CountedFor(clearance)
            .Where(r => r.Span == "hour" && r.Dimension == "source" && sources.Contains(r.Value))
            .GroupBy(r => r.Value).Select(g => new { g.Key, Last = g.Max(r => r.Bucket) }).ToDictionaryAsync(row => row.Key, row => row.Last, ct);
        return new SourceQualities([.. rows.Select(row => new SourceQuality(
            row.Source.Length == 0 ? "unknown" : row.Source, row.All, row.Revoked, Share(row.Revoked, row.All),
            row.WithConfidence == 0 ? null : Math.Round((double)row.Confidence / row.WithConfidence, 1),
            Share(row.WithConfidence, row.All), Share(row.WithSeverity, row.All), Share(row.WithEnd, row.All),
            arrivals.TryGetValue(row.Source, out var last) ? last : null))]);
    }

    private static double Share(long part, long all) => Math.Round((double)part / all, 4);
}
