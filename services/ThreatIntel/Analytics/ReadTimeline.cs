using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Analytics;

/// <summary>Campaigns over time, by when they were seen.</summary>
/// <param name="From">Where the first point begins.</param>
/// <param name="To">Where the last one ends.</param>
/// <param name="Granularity">day, week or month.</param>
/// <param name="Points">All of the range.</param>
internal sealed record CampaignTimeline(DateTimeOffset From, DateTimeOffset To, string Granularity, IReadOnlyList<TimelinePoint> Points);

/// <summary>What campaigns did in the time that begins at <paramref name="Timestamp"/>.</summary>
/// <param name="Timestamp">Beginning.</param>
/// <param name="Started">Campaigns first seen then; recorded time stands in where none is stated.</param>
/// <param name="Ended">Campaigns last seen then.</param>
/// <param name="Active">Campaigns that had begun by its end and were not last seen before it.</param>
internal sealed record TimelinePoint(DateTimeOffset Timestamp, long Started, long Ended, long Active);

/// <summary>Reads beginnings and ends of campaigns off the rollups.</summary>
internal static class ReadTimeline
{
    public static async Task<CampaignTimeline> RunAsync(ThreatIntelDb db, TlpLevel clearance, AnalyticsRange range, CancellationToken ct)
    {
        var to = range.To;
        var days = await db.CampaignRollups.AsNoTracking().CountedFor(clearance).Where(r => r.Day < to)
            .GroupBy(r => new { r.Edge, r.Day }).Select(g => new { g.Key.Edge, g.Key.Day, Count = g.Sum(r => r.Count) }).ToListAsync(ct);
        var open = days.Where(day => day.Day < range.From).Sum(day => day.Edge == "first" ? day.Count : -day.Count);
        var changes = days.Where(day => day.Day >= range.From).GroupBy(day => (range.PointOf(day.Day), day.Edge)).ToDictionary(g => g.Key, g => g.Sum(day => day.Count));
        var points = new List<TimelinePoint>();
        foreach (var point in range.Points())
        {
            var started = changes.GetValueOrDefault((point, "first"));
            var ended = changes.GetValueOrDefault((point, "last"));
            points.Add(new TimelinePoint(point, started, ended, open + started));
            open += started - ended;
        }

        return new CampaignTimeline(range.From, range.To, range.Granularity, points);
    }
}
