using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Analytics;

/// <summary>How long incidents took, from opening on.</summary>
/// <param name="Incidents">How many were opened.</param>
/// <param name="Resolved">How many of them are resolved.</param>
/// <param name="MeanSecondsToTriage">Mean over those that were triaged; absent without any.</param>
/// <param name="MeanSecondsToContain">Mean over those that were contained.</param>
/// <param name="MeanSecondsToResolve">Mean over those that are resolved (MTTR).</param>
internal sealed record ResponseTimes(long Incidents, long Resolved, double? MeanSecondsToTriage, double? MeanSecondsToContain, double? MeanSecondsToResolve);

/// <summary>The same of one severity.</summary>
internal sealed record SeverityResponse(string Severity, ResponseTimes Times);

/// <summary>Response to the incidents that were opened in a range of whole days.</summary>
/// <param name="From">The first day.</param>
/// <param name="To">Where the last day ends.</param>
/// <param name="Overall">All incidents.</param>
/// <param name="BySeverity">Each severity that has any, most severe first.</param>
internal sealed record MeanTimes(DateTimeOffset From, DateTimeOffset To, ResponseTimes Overall, IReadOnlyList<SeverityResponse> BySeverity);

/// <summary>Reads the times of incidents off the rollups.</summary>
internal static class ReadResponse
{
    private static readonly string[] Levels = ["critical", "high", "medium", "low"];

    public static async Task<MeanTimes> RunAsync(ThreatIntelDb db, TlpLevel clearance, AnalyticsRange range, CancellationToken ct)
    {
        var (from, to, level) = (range.From, range.To, (short)clearance);
        var rows = await db.IncidentRollups.AsNoTracking().Where(r => r.Tlp <= level && r.Day >= from && r.Day < to).ToListAsync(ct);
        return new MeanTimes(from, to, Times(rows), [.. Levels
            .Select(severity => (severity, rows: rows.FindAll(row => row.Severity == severity)))
            .Where(group => group.rows.Count > 0).Select(group => new SeverityResponse(group.severity, Times(group.rows)))]);
    }

    private static ResponseTimes Times(List<IncidentRollup> rows) => new(
        rows.Sum(row => row.Opened), rows.Sum(row => row.Resolved),
        Mean(rows.Sum(row => row.TriageSeconds), rows.Sum(row => row.Triaged)),
        Mean(rows.Sum(row => row.ContainSeconds), rows.Sum(row => row.Contained)),
        Mean(rows.Sum(row => row.ResolveSeconds), rows.Sum(row => row.Resolved)));

    private static double? Mean(long seconds, long count) => count == 0 ? null : Math.Round((double)seconds / count, 1);
}
