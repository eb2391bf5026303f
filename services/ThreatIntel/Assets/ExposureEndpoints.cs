using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Indicators;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Assets;

/// <summary>What of the threat intelligence touches an asset.</summary>
internal static class ExposureEndpoints
{
    private const int Most = 200;

    private static readonly string[] Attackers = [StixTypes.Campaign, StixTypes.ThreatActor, StixTypes.IntrusionSet, "malware"];

    public static IEndpointRouteBuilder MapExposure(this IEndpointRouteBuilder api)
    {
        api.MapGet("/infrastructure/assets/{id:guid}/exposure", Get).WithTags("Assets").RequirePermission("read:infrastructure");
        return api;
    }

    /// <summary>
    /// The indicators that name one of its addresses or names, the vulnerabilities that it has, and the campaigns, actors
    /// and malware that relate to either, as far as the caller may know.
    /// </summary>
    private static async Task<Results<Ok<AssetExposure>, FaultResult>> Get(Guid id, ThreatIntelDb db, ShowIndicators show, CallContext call, CancellationToken ct)
    {
        if (await db.Assets.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, ct) is not { } asset)
        {
            return Faults.NotFound("asset");
        }

        var indicators = await IndicatorsAsync(db, call.Clearance, asset, ct);
        var names = asset.Vulnerabilities;
        var vulnerabilities = names.Length == 0 ? [] : await db.Objects.AsNoTracking().VisibleTo(call.Clearance)
            .Where(o => o.Type == "vulnerability" && names.Contains(o.Name!.ToUpper()) && !o.Revoked).OrderBy(o => o.Name).Take(Most).ToListAsync(ct);
        string[] touched = [.. indicators.Select(i => i.StixId), .. vulnerabilities.Select(v => v.StixId)];
        var attackers = await AttackersAsync(db, call.Clearance, touched, ct);
        return TypedResults.Ok(new AssetExposure(
            id,
            await show.RunAsync(indicators, ct),
            [.. vulnerabilities.Select(ObjectName.From)],
            [.. attackers.Where(o => o.Type == StixTypes.Campaign).Select(ObjectName.From)],
            [.. attackers.Where(o => o.Type != StixTypes.Campaign).Select(ObjectName.From)]));
    }

    private static Task<List<Indicator>> IndicatorsAsync(ThreatIntelDb db, TlpLevel clearance, Asset asset, CancellationToken ct)
    {
        var keys = asset.Addresses.Concat(asset.Hostnames).Select(value => Observables.Recognise(value)[0].Key).ToArray();
        return db.Indicators.AsNoTracking().VisibleTo(clearance)
            .Where(i => !i.Revoked && db.IndicatorValues.Any(v => keys.Contains(v.ValueKey) && v.StixId == i.StixId && v.Tlp == i.Tlp))
            .OrderBy(i => i.StixId).Take(Most).ToListAsync(ct);
    }

    /// <summary>Who is one relationship away, in either direction.</summary>
    private static async Task<List<StixObject>> AttackersAsync(ThreatIntelDb db, TlpLevel clearance, string[] touched, CancellationToken ct)
    {
        if (touched.Length == 0)
        {
            return [];
        }

        var edges = await db.VisibleRelationships(clearance).Where(r => !r.Revoked && (touched.Contains(r.SourceRef) || touched.Contains(r.TargetRef)))
            .Select(r => new { r.SourceRef, r.TargetRef }).Take(Most * 10).ToListAsync(ct);
        var others = edges.SelectMany(edge => (string[])[edge.SourceRef, edge.TargetRef]).Distinct().ToArray();
        return await db.Objects.AsNoTracking().VisibleTo(clearance).Where(o => others.Contains(o.StixId) && Attackers.Contains(o.Type) && !o.Revoked)
            .OrderBy(o => o.Name).ThenBy(o => o.StixId).Take(Most).ToListAsync(ct);
    }
}

/// <summary>What touches an asset.</summary>
internal sealed record AssetExposure(
    Guid AssetId, IReadOnlyList<IndicatorResource> Indicators, IReadOnlyList<ObjectName> Vulnerabilities, IReadOnlyList<ObjectName> Campaigns,
    IReadOnlyList<ObjectName> Attackers);

/// <summary>An object by its name.</summary>
internal sealed record ObjectName(string Id, string Type, string? Name, TlpLevel Tlp)
{
    public static ObjectName From(StixObject row) => new(row.StixId, row.Type, row.Name, row.Tlp);
}
