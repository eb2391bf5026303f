using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Indicators;

/// <summary>
/// Finds indicators by value, address range, domain, prefix, text, the names of related objects, and last by likeness;
/// best first. What is asked for decides where it is looked for.
/// </summary>
internal sealed class SearchIndicators(ThreatIntelDb db, ShowIndicators show, CallContext call)
{
    /// <summary>Hits of one way of looking that are ranked at most.</summary>
    private const int MaxHits = 500;

    public async Task<SearchResults> RunAsync(SearchNeedle needle, string[] types, int limit, CancellationToken ct)
    {
        var kinds = types.Length == 0 ? null : types;
        var found = new Dictionary<string, Hit>();
        if (needle.Keys.Length > 0)
        {
            foreach (var id in await ExactAsync(needle.Keys, ct))
            {
                found.TryAdd(id, new Hit(1.0, MatchedBy.Value, null));
            }
        }

        foreach (var way in needle.Ways)
        {
            await AddAsync(way);
        }

        foreach (var way in needle.LastResort)
        {
            if (found.Count == 0)
            {
                await AddAsync(way);
            }
        }

        var rows = await RowsAsync([.. found.Keys], types, ct);
        var ranked = rows.Select(row => (Row: row, Hit: Rank(row, found[row.StixId], needle.Text)))
            .OrderByDescending(hit => hit.Hit.Score).ThenByDescending(hit => hit.Row.Confidence ?? 0).ThenBy(hit => hit.Row.StixId, StringComparer.Ordinal)
            .Take(limit).ToList();
        var shown = await show.RunAsync(ranked.ConvertAll(hit => hit.Row), ct);
        return new SearchResults([.. ranked.Zip(shown, (hit, indicator) => new SearchHit(
            indicator, hit.Hit.Score, hit.Hit.By, Highlights.Of(indicator, needle.Text, hit.Hit.By, hit.Hit.Via)))]);

        async Task AddAsync(SearchWay way)
        {
            foreach (var hit in await db.FindIndicators(way.How, way.Needle, kinds, (short)call.Clearance, MaxHits).ToListAsync(ct))
            {
                if (!found.TryGetValue(hit.StixId, out var known) || known.Score < way.Score)
                {
                    found[hit.StixId] = new Hit(way.Score, way.By, hit.Via);
                }
            }
        }
    }

    private Task<List<string>> ExactAsync(Guid[] keys, CancellationToken ct) =>
        db.IndicatorValues.AsNoTracking().Where(v => keys.Contains(v.ValueKey) && v.Tlp <= call.Clearance).Select(v => v.StixId).Distinct().OrderBy(id => id).Take(MaxHits).ToListAsync(ct);

    private async Task<List<Indicator>> RowsAsync(string[] ids, string[] types, CancellationToken ct)
    {
        if (ids.Length == 0)
        {
            return [];
        }

        var rows = db.Indicators.AsNoTracking().VisibleTo(call.Clearance).Where(i => ids.Contains(i.StixId));
        return await (types.Length == 0 ? rows : rows.Where(i => types.Contains(i.IndicatorType))).ToListAsync(ct);
    }

    /// <summary>A text counts for more where it is the whole, then the beginning, then a part of the value or name.</summary>
    private static Hit Rank(Indicator row, Hit hit, string text)
    {
        return hit.By != MatchedBy.Text ? hit : hit with
        {
            Score = Is(row.Value) || Is(row.Name) ? 0.95
                : Begins(row.Value) || Begins(row.Name) ? 0.8
                : Holds(row.Value) ? 0.6
                : Holds(row.Name) ? 0.5
                : Array.Exists(row.Labels, Is) ? 0.45
                : hit.Score,
        };

        bool Is(string? field) => string.Equals(field, text, StringComparison.OrdinalIgnoreCase);
        bool Begins(string? field) => field?.StartsWith(text, StringComparison.OrdinalIgnoreCase) == true;
        bool Holds(string? field) => field?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
    }

    private sealed record Hit(double Score, string By, string? Via);
}
