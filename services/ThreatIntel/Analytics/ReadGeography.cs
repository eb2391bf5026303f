using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Analytics;

/// <summary>What is known of a country.</summary>
/// <param name="Country">Its code, as the objects state it (ISO 3166).</param>
/// <param name="Objects">Live objects that state it themselves.</param>
/// <param name="Origins">Live relationships <c>originates-from</c> and <c>located-at</c> to its locations.</param>
/// <param name="Targets">Live relationships <c>targets</c> to its locations.</param>
internal sealed record CountryFigures(string Country, long Objects, long Origins, long Targets);

/// <summary>Countries, those with most relationships first, then those with most objects.</summary>
internal sealed record Geography(IReadOnlyList<CountryFigures> Items);

/// <summary>
/// Objects come from the rollups. Relationships are counted when they are asked for, from the locations on by index: a
/// location has no figure of its own, and a relationship with a hidden end must not count.
/// </summary>
internal static class ReadGeography
{
    private static readonly string[] Relations = ["originates-from", "located-at", "targets"];

    public static async Task<Geography> RunAsync(ThreatIntelDb db, TlpLevel clearance, int limit, CancellationToken ct)
    {
        var objects = await db.ObjectRollups.AsNoTracking().CountedFor(clearance).Where(r => r.IsLive && r.Country != "")
            .GroupBy(r => r.Country).Select(g => new { Country = g.Key, Count = g.Sum(r => r.Count) }).ToDictionaryAsync(row => row.Country, row => row.Count, ct);
        var locations = db.Objects.AsNoTracking().VisibleTo(clearance).Where(o => o.Type == "location" && o.Country != null && !o.Revoked && !o.Deprecated);
        var links = await db.VisibleRelationships(clearance).Where(r => !r.Revoked && !r.Deprecated && Relations.Contains(r.RelationshipType))
            .Join(locations, r => r.TargetRef, o => o.StixId, (r, o) => new { o.Country, IsTarget = r.RelationshipType == "targets" })
            .GroupBy(row => row.Country!).Select(g => new { Country = g.Key, All = g.LongCount(), Targets = g.LongCount(row => row.IsTarget) })
            .ToDictionaryAsync(row => row.Country, ct);
        return new Geography([.. objects.Keys.Union(links.Keys)
            .Select(country => links.TryGetValue(country, out var link)
                ? new CountryFigures(country, objects.GetValueOrDefault(country), link.All - link.Targets, link.Targets)
                : new CountryFigures(country, objects.GetValueOrDefault(country), 0, 0))
            .OrderByDescending(c => c.Origins + c.Targets).ThenByDescending(c => c.Objects).ThenBy(c => c.Country, StringComparer.Ordinal)
            .Take(limit)]);
    }
}
