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
        group.MapGet("/", List).RequirePermission("read:threat_intel").WithPaging(20, 100).Kept();
        group.MapGet("/{id}", Get).RequirePermission("read:threat_intel").Kept();
        group.MapPost("/", Create).RequirePermission("write:threat_intel").WithIdempotency();
        group.MapPut("/{id}", Replace).RequirePermission("write:threat_intel");
        group.MapPatch("/{id}", Change).RequirePermission("write:threat_intel");
        group.MapDelete("/{id}", Delete).RequirePermission("delete:threat_intel").Audited("threat_object_deleted", "threat_object");
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
        string id, HttpResponse response, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct) =>
        await FindAsync(id, db, call, ct) is { } campaign ? TypedResults.Ok(await ShowAsync(campaign, response, db, call, clock, ct)) : Faults.NotFound("campaign");

    /// <summary>Creates a campaign.</summary>
    private static async Task<Results<Created<CampaignResource>, FaultResult>> Create(
        Body<CreateCampaign> body, HttpContext context, ThreatIntelDb db, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var draft = body.Value.Write(new StixDraft(StixTypes.Campaign, clock.GetUtcNow()));
        await change.CreateAsync(draft, ct);
        var campaign = (await FindAsync(draft.Id, db, call, ct))!;
        return TypedResults.Created(context.ThreatIntel($"campaigns/{draft.Id}"), await ShowAsync(campaign, context.Response, db, call, clock, ct));
    }

    /// <summary>Replaces what a client may set of one; properties that only its STIX form has stay.</summary>
    private static Task<Results<Ok<CampaignResource>, FaultResult>> Replace(
        string id, Body<CreateCampaign> body, HttpContext context, ThreatIntelDb db, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct) =>
        UpdateAsync(id, _ => Task.FromResult(body.Value), context, db, change, call, clock, ct);

    /// <summary>Changes one by a JSON Merge Patch (RFC 7396).</summary>
    private static Task<Results<Ok<CampaignResource>, FaultResult>> Change(
        string id, Patch<CreateCampaign> patch, HttpContext context, ThreatIntelDb db, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct) =>
        UpdateAsync(id, campaign => patch.ApplyAsync(CreateCampaign.Of(campaign)), context, db, change, call, clock, ct);

    /// <summary>Deletes one; its relationships stay, with an end that leads nowhere.</summary>
    private static async Task<NoContent> Delete(string id, HttpRequest request, ChangeObject change, CancellationToken ct)
    {
        await change.DeleteAsync(id, [StixTypes.Campaign], request, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<CampaignResource>, FaultResult>> UpdateAsync(
        string id, Func<Campaign, Task<CreateCampaign>> edit, HttpContext context, ThreatIntelDb db, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var isThere = await change.UpdateAsync(id, [StixTypes.Campaign], context.Request, async stored =>
        {
            using var json = System.Text.Json.JsonDocument.Parse(stored.Json.ToJsonString());
            var wanted = await edit(CampaignColumns.From(json.RootElement, stored.Row));
            return wanted.Write(StixDraft.Next(stored, clock.GetUtcNow()), stored.Markings);
        }, ct);
        return isThere ? TypedResults.Ok(await ShowAsync((await FindAsync(id, db, call, ct))!, context.Response, db, call, clock, ct)) : Faults.NotFound("campaign");
    }

    private static async Task<Campaign?> FindAsync(string id, ThreatIntelDb db, CallContext call, CancellationToken ct) =>
        StixId.IsValid(id) ? await db.Campaigns.AsNoTracking().VisibleTo(call.Clearance).SingleOrDefaultAsync(c => c.StixId == id, ct) : null;

    private static async Task<CampaignResource> ShowAsync(
        Campaign campaign, HttpResponse response, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var actors = await ActorsAsync(db, call.Clearance, [campaign.StixId], ct);
        response.SetETag(campaign.Revision);
        return CampaignResource.From(campaign, actors[campaign.StixId], clock.GetUtcNow());
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
