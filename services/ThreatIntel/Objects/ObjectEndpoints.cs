using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Objects;

/// <summary>Any object as STIX.</summary>
internal static class ObjectEndpoints
{
    public static IEndpointRouteBuilder MapObjects(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/threat-intel/objects").WithTags("Objects").RequirePermission("read:threat_intel");
        group.MapGet("/{stix_id}", Get);
        group.MapGet("/{stix_id}/versions", Versions);
        return api;
    }

    /// <summary>
    /// The current version of an object, as it was imported; with <c>as_known_on</c> the one that was current at that time.
    /// </summary>
    private static async Task<Results<Ok<RawStix>, FaultResult>> Get(
        string stix_id, HttpRequest request, HttpResponse response, ThreatIntelDb db, ReadObject objects, VisibleRefs refs, CallContext call, string? as_known_on,
        CancellationToken ct)
    {
        var query = new QueryReader(request.Query);
        var at = query.Time("as_known_on");
        query.ThrowIfInvalid();
        if (await objects.FindConnectedAsync(stix_id, ct) is not { } found)
        {
            return Faults.NotFound("object");
        }

        if (at is { } time)
        {
            return await KnownOnAsync(db, refs, stix_id, time, call.Clearance, ct) is { } known ? TypedResults.Ok(known) : Faults.NotFound("object");
        }

        response.SetETag(found.Row.Revision);
        return TypedResults.Ok(new RawStix(found.Raw));
    }

    /// <summary>Of what had been recorded by then, the newest version; of one that was corrected without a new number the correction.</summary>
    private static async Task<RawStix?> KnownOnAsync(ThreatIntelDb db, VisibleRefs refs, string stixId, DateTimeOffset time, TlpLevel clearance, CancellationToken ct)
    {
        var version = await db.ObjectVersions.AsNoTracking().Where(v => v.StixId == stixId && v.Tlp <= clearance && v.RecordedAt <= time)
            .OrderByDescending(v => v.Modified).ThenByDescending(v => v.Revision).FirstOrDefaultAsync(ct);
        return version is not null && await refs.ShowAsync(Stated(version), ct) is { } shown ? new RawStix(shown) : null;
    }

    /// <summary>Every version that the caller may see, newest first; 404 when the object itself is not there.</summary>
    private static async Task<Results<Ok<VersionList>, FaultResult>> Versions(
        string stix_id, ThreatIntelDb db, ReadObject objects, VisibleRefs refs, CallContext call, CancellationToken ct)
    {
        var clearance = call.Clearance;
        if (await objects.FindConnectedAsync(stix_id, ct) is not { } found)
        {
            return Faults.NotFound("object");
        }

        var versions = await db.ObjectVersions.AsNoTracking().Where(v => v.StixId == stix_id && v.Tlp <= clearance)
            .OrderByDescending(v => v.Modified).ThenByDescending(v => v.Revision).Take(VersionList.Most).ToListAsync(ct);
        var shown = await refs.ShowAsync(versions.ConvertAll(Stated), ct);
        var list = new List<VersionResource>(versions.Count);
        for (var i = 0; i < versions.Count; i++)
        {
            if (shown[i] is { } raw)
            {
                var v = versions[i];
                list.Add(new VersionResource(v.Modified, v.RecordedAt, v.Tlp, v.Revision == found.Row.Revision, new RawStix(raw)));
            }
        }

        return TypedResults.Ok(new VersionList(stix_id, list));
    }

    private static StatedObject Stated(ObjectVersion version) => new(RawBytes.Unpack(version.Raw), version.StatedAt);
}

/// <summary>The versions of one object.</summary>
internal sealed record VersionList(string Id, IReadOnlyList<VersionResource> Versions)
{
    /// <summary>Versions in an answer at most.</summary>
    public const int Most = 100;
}

/// <summary>One version.</summary>
/// <param name="Modified">STIX <c>modified</c>.</param>
/// <param name="RecordedAt">When the platform had it.</param>
/// <param name="Tlp">Its level.</param>
/// <param name="Current">Whether it is the one that counts.</param>
/// <param name="Object">The object.</param>
internal sealed record VersionResource(DateTimeOffset Modified, DateTimeOffset RecordedAt, TlpLevel Tlp, bool Current, RawStix Object);
