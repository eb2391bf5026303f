using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Indicators;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Relationships;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Lifecycle;

/// <summary>When indicators were last seen, as far as a reader may know.</summary>
internal static class LastSightings
{
    public static async Task<Dictionary<string, DateTimeOffset>> ReadAsync(ThreatIntelDb db, TlpLevel clearance, string[] ids, CancellationToken ct)
    {
        if (ids.Length == 0)
        {
            return [];
        }

        var rows = await db.VisibleRelationships(clearance)
            .Where(r => r.RelationshipType == StixRelationship.SightingOf && !r.Revoked && ids.Contains(r.TargetRef))
            .GroupBy(r => r.TargetRef)
            .Select(group => new { Id = group.Key, At = group.Max(r => r.StopTime ?? r.StartTime ?? r.Modified) })
            .ToListAsync(ct);
        return rows.ToDictionary(row => row.Id, row => row.At);
    }

    /// <summary>The indicators as answers show them.</summary>
    public static async Task<IReadOnlyList<IndicatorResource>> ShowAsync(
        ThreatIntelDb db, TlpLevel clearance, IReadOnlyList<Indicator> indicators, DateTimeOffset now, CancellationToken ct)
    {
        var sighted = await ReadAsync(db, clearance, [.. indicators.Select(i => i.StixId)], ct);
        var strangers = await StrangersAsync(db, clearance, indicators, ct);
        return [.. indicators.Select(i =>
        {
            var shown = IndicatorResource.From(i, sighted.TryGetValue(i.StixId, out var at) ? at : null, now);
            return i.CreatedByRef is { } author && strangers.Contains(author)
                ? shown with { CreatedByRef = null, Source = shown.Source == author ? null : shown.Source }
                : shown;
        })];
    }

    /// <summary>Those who made the indicators and are not seen by the reader: hidden, or stored nowhere, which nobody tells apart.</summary>
    private static async Task<HashSet<string>> StrangersAsync(ThreatIntelDb db, TlpLevel clearance, IReadOnlyList<Indicator> indicators, CancellationToken ct)
    {
        HashSet<string> authors = clearance == TlpLevel.Red ? [] : [.. indicators.Where(i => i.CreatedByRef is not null).Select(i => i.CreatedByRef!)];
        if (authors.Count > 0)
        {
            string[] ids = [.. authors];
            authors.ExceptWith(await db.Objects.AsNoTracking().VisibleTo(clearance).Where(o => ids.Contains(o.StixId)).Select(o => o.StixId).ToListAsync(ct));
        }

        return authors;
    }
}
