using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Lifecycle;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Indicators;

/// <summary>Indicators as answers show them to the caller: with what their confidence is worth now.</summary>
internal sealed class ShowIndicators(ThreatIntelDb db, LastSightings sightings, CallContext call, TimeProvider clock)
{
    public async Task<IReadOnlyList<IndicatorResource>> RunAsync(IReadOnlyList<Indicator> indicators, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var ids = new string[indicators.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = indicators[i].StixId;
        }

        var sighted = await sightings.ReadAsync(ids, ct);
        var strangers = await StrangersAsync(indicators, ct);
        var shown = new IndicatorResource[ids.Length];
        for (var i = 0; i < shown.Length; i++)
        {
            var resource = IndicatorResource.From(indicators[i], sighted.TryGetValue(ids[i], out var at) ? at : null, now);
            shown[i] = resource.CreatedByRef is { } author && strangers.Contains(author)
                ? resource with { CreatedByRef = null, Source = resource.Source == author ? null : resource.Source }
                : resource;
        }

        return shown;
    }

    /// <summary>One of them.</summary>
    public async Task<IndicatorResource> RunAsync(Indicator indicator, CancellationToken ct) => (await RunAsync([indicator], ct))[0];

    /// <summary>Those who made the indicators and are not seen by the caller: hidden, or stored nowhere, which nobody tells apart.</summary>
    private async Task<HashSet<string>> StrangersAsync(IReadOnlyList<Indicator> indicators, CancellationToken ct)
    {
        HashSet<string> authors = call.Clearance == TlpLevel.Red ? [] : [.. indicators.Where(i => i.CreatedByRef is not null).Select(i => i.CreatedByRef!)];
        if (authors.Count > 0)
        {
            string[] ids = [.. authors];
            authors.ExceptWith(await db.Objects.AsNoTracking().VisibleTo(call.Clearance).Where(o => ids.Contains(o.StixId)).Select(o => o.StixId).ToListAsync(ct));
        }

        return authors;
    }
}
