using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Analytics;

/// <summary>Indicators over time, by when they first came in.</summary>
/// <param name="From">Where the first point begins.</param>
/// <param name="To">Where the last one ends.</param>
/// <param name="Granularity">hour, day, week or month.</param>
/// <param name="GroupBy">What the points are told apart by, if anything.</param>
/// <param name="Total">All indicators of the range.</param>
/// <param name="Groups">The groups that have points, largest first; of more than twenty the rest are one, <c>other</c>.</param>
/// <param name="Points">By time, then by group; points with nothing are left out where they are grouped.</param>
internal sealed record IndicatorTrend(
    DateTimeOffset From, DateTimeOffset To, string Granularity, string? GroupBy, long Total, IReadOnlyList<ValueCount>? Groups, IReadOnlyList<TrendPoint> Points);

/// <summary>How many indicators came in the time that begins at <paramref name="Timestamp"/>.</summary>
internal sealed record TrendPoint(DateTimeOffset Timestamp, string? Group, long Count);

/// <summary>Reads arrivals off the rollups: hours off hours, everything longer off days.</summary>
internal static class ReadTrend
{
    private const int MostGroups = 20;
    private const string None = "unknown";
    private const string Rest = "other";

    public static async Task<IndicatorTrend> RunAsync(ThreatIntelDb db, TlpLevel clearance, AnalyticsRange range, string? groupBy, CancellationToken ct)
    {
        var span = range.Granularity == "hour" ? "hour" : "day";
        var dimension = groupBy is null or "tlp" ? "all" : groupBy;
        var (from, to) = (range.From, range.To);
        var rows = db.ArrivalRollups.AsNoTracking().CountedFor(clearance)
            .Where(r => r.Span == span && r.Dimension == dimension && r.Bucket >= from && r.Bucket < to);
        var cells = groupBy == "tlp"
            ? (await rows.GroupBy(r => new { r.Bucket, r.Tlp }).Select(g => new { g.Key.Bucket, g.Key.Tlp, Count = g.Sum(r => r.Count) }).ToListAsync(ct))
                .ConvertAll(cell => (cell.Bucket, Group: ((TlpLevel)cell.Tlp).ToWire(), cell.Count))
            : (await rows.GroupBy(r => new { r.Bucket, r.Value }).Select(g => new { g.Key.Bucket, g.Key.Value, Count = g.Sum(r => r.Count) }).ToListAsync(ct))
                .ConvertAll(cell => (cell.Bucket, Group: cell.Value.Length == 0 ? None : cell.Value, cell.Count));
        if (groupBy == "source")
        {
            var strangers = await KnownSources.StrangersAsync(db, clearance, cells.Select(cell => cell.Group).Distinct(), ct);
            cells = cells.ConvertAll(cell => strangers.Contains(cell.Group) ? cell with { Group = None } : cell);
        }

        var groups = cells.GroupBy(cell => cell.Group).Select(g => new ValueCount(g.Key, g.Sum(cell => cell.Count)))
            .OrderByDescending(g => g.Count).ThenBy(g => g.Value, StringComparer.Ordinal).ToList();
        var total = groups.Sum(g => g.Count);
        if (groupBy is null)
        {
            var counts = cells.GroupBy(cell => range.PointOf(cell.Bucket)).ToDictionary(g => g.Key, g => g.Sum(cell => cell.Count));
            return new IndicatorTrend(
                from, to, range.Granularity, null, total, null, [.. range.Points().Select(point => new TrendPoint(point, null, counts.GetValueOrDefault(point)))]);
        }

        if (groups.Count > MostGroups)
        {
            var rest = groups.Skip(MostGroups).Sum(g => g.Count);
            groups = [.. groups.Take(MostGroups), new ValueCount(Rest, rest)];
        }

        var shown = groups.Select(g => g.Value).ToHashSet();
        var points = cells.GroupBy(cell => (Point: range.PointOf(cell.Bucket), Group: shown.Contains(cell.Group) ? cell.Group : Rest))
            .Select(g => new TrendPoint(g.Key.Point, g.Key.Group, g.Sum(cell => cell.Count)))
            .OrderBy(point => point.Timestamp).ThenBy(point => point.Group, StringComparer.Ordinal);
        return new IndicatorTrend(from, to, range.Granularity, groupBy, total, groups, [.. points]);
    }
}
