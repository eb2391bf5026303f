using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Relationships;

/// <summary>Relationships and sightings.</summary>
internal static class RelationshipEndpoints
{
    private static readonly Sorts<StixRelationship> Sorts = Sorts<StixRelationship>.By(r => r.StixId)
        .Add("modified", r => r.Modified).Default("modified", descending: true);

    public static IEndpointRouteBuilder MapRelationships(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/threat-intel/relationships").WithTags("Relationships").RequirePermission("read:threat_intel");
        group.MapGet("/", List).WithPaging(20, 100);
        group.MapGet("/{id}", Get);
        return api;
    }

    /// <summary>Relationships by their ends and type; <c>ref</c> is either end. Sightings have the type <c>sighting-of</c>.</summary>
    private static async Task<PageResult<RelationshipResource>> List(
        PageRequest page, ThreatIntelDb db, CallContext call,
        string? source_ref, string? target_ref, string? @ref, string? relationship_type, CancellationToken ct)
    {
        var rows = db.VisibleRelationships(call.Clearance);
        if (!string.IsNullOrEmpty(source_ref))
        {
            rows = rows.Where(r => r.SourceRef == source_ref);
        }

        if (!string.IsNullOrEmpty(target_ref))
        {
            rows = rows.Where(r => r.TargetRef == target_ref);
        }

        if (!string.IsNullOrEmpty(@ref))
        {
            rows = rows.Where(r => r.SourceRef == @ref || r.TargetRef == @ref);
        }

        if (!string.IsNullOrEmpty(relationship_type))
        {
            rows = rows.Where(r => r.RelationshipType == relationship_type);
        }

        var found = await rows.ToPageAsync(page, Sorts, ct);
        return found.Select(RelationshipResource.From).ToResult();
    }

    /// <summary>One relationship or sighting.</summary>
    private static async Task<Results<Ok<RelationshipResource>, FaultResult>> Get(string id, HttpResponse response, ThreatIntelDb db, CallContext call, CancellationToken ct)
    {
        var row = StixId.IsValid(id) ? await db.VisibleRelationships(call.Clearance).SingleOrDefaultAsync(r => r.StixId == id, ct) : null;
        if (row is null)
        {
            return Faults.NotFound("relationship");
        }

        response.SetETag(row.Revision);
        return TypedResults.Ok(RelationshipResource.From(row));
    }
}

/// <summary>A relationship or sighting.</summary>
/// <param name="Id">Its STIX id.</param>
/// <param name="RelationshipType">Such as <c>uses</c>; <c>sighting-of</c> for sightings.</param>
/// <param name="SourceRef">Where it starts; a sighting starts at who saw it.</param>
/// <param name="TargetRef">Where it ends; what was sighted.</param>
/// <param name="Description">What it says.</param>
/// <param name="Confidence">0 to 100.</param>
/// <param name="Count">How often it was seen: sightings only.</param>
/// <param name="StartTime"><c>start_time</c>, or <c>first_seen</c> of a sighting.</param>
/// <param name="StopTime"><c>stop_time</c>, or <c>last_seen</c> of a sighting.</param>
/// <param name="Tlp">Its level.</param>
/// <param name="Revoked">Whether it was revoked.</param>
/// <param name="Created">STIX <c>created</c>.</param>
/// <param name="Modified">STIX <c>modified</c>.</param>
internal sealed record RelationshipResource(
    string Id,
    string RelationshipType,
    string SourceRef,
    string TargetRef,
    string? Description,
    int? Confidence,
    int? Count,
    DateTimeOffset? StartTime,
    DateTimeOffset? StopTime,
    TlpLevel Tlp,
    bool Revoked,
    DateTimeOffset? Created,
    DateTimeOffset Modified)
{
    public static RelationshipResource From(StixRelationship r) => new(
        r.StixId, r.RelationshipType, r.SourceRef, r.TargetRef, r.Description, r.Confidence, r.Count, r.StartTime, r.StopTime, r.Tlp, r.Revoked, r.Created, r.Modified);
}
