using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Analytics;

/// <summary>An object and how many relationships of it the caller sees, by the type of the other end.</summary>
internal sealed record Linked(string Id, string Type, string? Name, long Count, IReadOnlyList<ValueCount> Links);

/// <summary>
/// The objects with the most relationships. A relationship counts where neither end is hidden from the caller, which a
/// figure cannot know of all its relationships at once: rollups give each object's most, and the objects that can lead
/// by that are counted exactly, the most promising first, until no other can overtake them. For a caller who sees
/// everything the rollups are exact.
/// </summary>
internal sealed class MostLinked(ThreatIntelDb db)
{
    /// <summary>Objects that are counted at once.</summary>
    private const int Step = 100;

    /// <param name="types">Types of the objects.</param>
    /// <param name="relationshipType">The relationships that count; all of them where null.</param>
    /// <param name="limit">How many objects.</param>
    /// <param name="clearance">The caller's.</param>
    /// <param name="ct">Stops the work.</param>
    public async Task<IReadOnlyList<Linked>> RunAsync(string[] types, string? relationshipType, int limit, TlpLevel clearance, CancellationToken ct)
    {
        var figures = db.LinkRollups.AsNoTracking().CountedFor(clearance)
            .Where(r => types.Contains(r.ObjectType) && (relationshipType == null || r.RelationshipType == relationshipType));
        var candidates = figures.GroupBy(r => r.StixId).Select(g => new { Id = g.Key, Most = g.Sum(r => r.Count) })
            .Join(db.Objects.AsNoTracking().VisibleTo(clearance).Where(o => !o.Revoked && !o.Deprecated), r => r.Id, o => o.StixId, (r, o) => new { r.Id, o.Type, o.Name, r.Most })
            .OrderByDescending(r => r.Most).ThenBy(r => r.Id);
        var found = new List<Linked>();
        for (var skip = 0; ; skip += Step)
        {
            var page = await candidates.Skip(skip).Take(Step).ToListAsync(ct);
            string[] ids = [.. page.Select(r => r.Id)];
            var links = clearance == TlpLevel.Red ? await FiguresAsync(figures, ids, ct) : await CountAsync(ids, relationshipType, clearance, ct);
            found.AddRange(page.Where(r => links.Contains(r.Id)).Select(r => new Linked(
                r.Id, r.Type, r.Name, links[r.Id].Sum(link => link.Count),
                [.. links[r.Id].OrderByDescending(link => link.Count).ThenBy(link => link.Value, StringComparer.Ordinal)])));
            found = [.. found.OrderByDescending(item => item.Count).ThenBy(item => item.Id, StringComparer.Ordinal).Take(limit)];
            if (page.Count < Step || (found.Count == limit && found[^1].Count >= page[^1].Most))
            {
                return found;
            }
        }
    }

    private static async Task<ILookup<string, ValueCount>> FiguresAsync(IQueryable<LinkRollup> figures, string[] ids, CancellationToken ct) =>
        (await figures.Where(r => ids.Contains(r.StixId)).GroupBy(r => new { r.StixId, r.OtherType })
            .Select(g => new { g.Key.StixId, g.Key.OtherType, Count = g.Sum(r => r.Count) }).ToListAsync(ct))
        .ToLookup(row => row.StixId, row => new ValueCount(row.OtherType, row.Count));

    private async Task<ILookup<string, ValueCount>> CountAsync(string[] ids, string? relationshipType, TlpLevel clearance, CancellationToken ct)
    {
        var visible = db.VisibleRelationships(clearance)
            .Where(r => !r.Revoked && !r.Deprecated && (relationshipType == null || r.RelationshipType == relationshipType));
        var outgoing = await GroupAsync(visible.Where(r => ids.Contains(r.SourceRef)).Select(r => new End { Own = r.SourceRef, Other = r.TargetRef }), ct);
        var incoming = await GroupAsync(visible.Where(r => ids.Contains(r.TargetRef)).Select(r => new End { Own = r.TargetRef, Other = r.SourceRef }), ct);
        return outgoing.Concat(incoming).GroupBy(row => (row.Id, row.Links.Value))
            .ToLookup(g => g.Key.Id, g => new ValueCount(g.Key.Value, g.Sum(row => row.Links.Count)));
    }

    private static async Task<List<(string Id, ValueCount Links)>> GroupAsync(IQueryable<End> ends, CancellationToken ct) =>
        (await ends.GroupBy(end => new { end.Own, Type = end.Other.Substring(0, end.Other.IndexOf("--")) })
            .Select(g => new { g.Key.Own, g.Key.Type, Count = g.LongCount() }).ToListAsync(ct))
        .ConvertAll(row => (row.Own, new ValueCount(row.Type, row.Count)));

    /// <summary>A relationship as one of its ends sees it.</summary>
    private sealed class End
    {
        public required string Own { get; init; }

        public required string Other { get; init; }
    }
}
