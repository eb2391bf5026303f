using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Campaigns;

/// <summary>Campaigns.</summary>
internal static class CampaignEndpoints
{
    private static readonly Sorts<Campaign> Sorts = Sorts<Campaign>.By(c => c.StixId)
        .Add("name", c => c.Name).Add("modified", c => c.Modified).Default("name");

    public static IEndpointRouteBuilder MapCampaigns(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/threat-intel/campaigns").WithTags("Campaigns");
        group.MapGet("/", List).RequirePermission("read:threat_intel").WithPaging(20, 100);
        group.MapGet("/{id}", Get).RequirePermission("read:threat_intel");
        group.MapPost("/", Create).RequirePermission("write:threat_intel").WithIdempotency();
        group.MapDelete("/{id}", Delete).RequirePermission("delete:threat_intel");
        return api;
    }

    /// <summary>Campaigns by actor, year, status or text. A campaign is of every year from its first to its last sighting.</summary>
    private static async Task<PageResult<CampaignResource>> List(
        PageRequest page, HttpRequest request, ThreatIntelDb db, CallContext call, TimeProvider clock,
        string? threat_actor_id, string? year, string? status, string? search, CancellationToken ct)
    {
        var query = new QueryReader(request.Query);
        var ofYear = query.Number("year", 1970, 9998);
        var state = query.OneOf("status", "", CampaignStatus.All);
        var text = query.Short("search");
        query.ThrowIfInvalid();

        var campaigns = db.Campaigns.AsNoTracking().VisibleTo(call.Clearance);
        if (!string.IsNullOrEmpty(threat_actor_id))
        {
            var attributed = Attributed(db, call.Clearance).Where(r => r.TargetRef == threat_actor_id);
            campaigns = campaigns.Where(c => attributed.Any(r => r.SourceRef == c.StixId));
        }

        if (ofYear is { } number)
        {
            var from = new DateTimeOffset(number, 1, 1, 0, 0, 0, TimeSpan.Zero);
            var to = from.AddYears(1);
            campaigns = campaigns.Where(c => (c.FirstSeen ?? c.LastSeen) < to && (c.LastSeen ?? c.FirstSeen) >= from);
        }

        if (state.Length > 0)
        {
            campaigns = CampaignStatus.Filter(campaigns, state, clock.GetUtcNow());
        }

        if (text is not null)
        {
            var pattern = ObjectQueries.Containing(text);
            campaigns = campaigns.Where(c => EF.Functions.Like(c.SearchText, pattern, "\\"));
        }

        var found = await campaigns.ToPageAsync(page, Sorts, ct);
        var actors = await ActorsAsync(db, call.Clearance, [.. found.Items.Select(c => c.StixId)], ct);
        return found.Select(campaign => CampaignResource.From(campaign, actors[campaign.StixId], clock.GetUtcNow())).ToResult();
    }

    /// <summary>One campaign.</summary>
    private static async Task<Results<Ok<CampaignResource>, FaultResult>> Get(
        string id, HttpResponse response, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var campaign = StixId.IsValid(id) ? await db.Campaigns.AsNoTracking().VisibleTo(call.Clearance).SingleOrDefaultAsync(c => c.StixId == id, ct) : null;
        if (campaign is null)
        {
            return Faults.NotFound("campaign");
        }

        var actors = await ActorsAsync(db, call.Clearance, [id], ct);
        response.SetETag(campaign.Revision);
        return TypedResults.Ok(CampaignResource.From(campaign, actors[id], clock.GetUtcNow()));
    }

    /// <summary>Creates a campaign.</summary>
    private static async Task<Results<Created<CampaignResource>, FaultResult>> Create(
        Body<CreateCampaign> body, HttpContext context, ThreatIntelDb db, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var draft = body.Value.ToDraft(clock.GetUtcNow());
        await change.CreateAsync(draft, body.Value.Tlp, ct);
        var campaign = await db.Campaigns.AsNoTracking().VisibleTo(call.Clearance).SingleAsync(c => c.StixId == draft.Id, ct);
        return TypedResults.Created(context.ThreatIntel($"campaigns/{draft.Id}"), CampaignResource.From(campaign, [], clock.GetUtcNow()));
    }

    /// <summary>Deletes one; its relationships stay, with an end that leads nowhere.</summary>
    private static async Task<NoContent> Delete(string id, ChangeObject change, CancellationToken ct)
    {
        await change.DeleteAsync(id, [StixTypes.Campaign], ct);
        return TypedResults.NoContent();
    }

    private static IQueryable<Relationships.StixRelationship> Attributed(ThreatIntelDb db, TlpLevel clearance) =>
        db.VisibleRelationships(clearance).Where(r => r.RelationshipType == "attributed-to" && !r.Revoked);

    private static async Task<ILookup<string, string>> ActorsAsync(ThreatIntelDb db, TlpLevel clearance, string[] ids, CancellationToken ct)
    {
        var rows = await Attributed(db, clearance).Where(r => ids.Contains(r.SourceRef)).OrderBy(r => r.TargetRef)
            .Select(r => new { r.SourceRef, r.TargetRef }).Distinct().ToListAsync(ct);
        return rows.ToLookup(row => row.SourceRef, row => row.TargetRef);
    }
}
