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
        var strangers = await KnownSources.StrangersAsync(db, clearance, sources, ct);
        return new SourceQualities([.. rows.GroupBy(row => row.Source.Length == 0 || strangers.Contains(row.Source) ? "unknown" : row.Source).Select(group =>
        {
            var (all, revoked, stated) = (group.Sum(row => row.All), group.Sum(row => row.Revoked), group.Sum(row => row.WithConfidence));
            return new SourceQuality(
                group.Key, all, revoked, Share(revoked, all), stated == 0 ? null : Math.Round((double)group.Sum(row => row.Confidence) / stated, 1),
                Share(stated, all), Share(group.Sum(row => row.WithSeverity), all), Share(group.Sum(row => row.WithEnd), all),
                group.Max(row => arrivals.TryGetValue(row.Source, out var last) ? last : default(DateTimeOffset?)));
        }).OrderByDescending(source => source.Indicators).ThenBy(source => source.Source, StringComparer.Ordinal)]);
    }

    private static double Share(long part, long all) => Math.Round((double)part / all, 4);
}
