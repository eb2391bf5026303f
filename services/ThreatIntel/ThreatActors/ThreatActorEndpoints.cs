using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.ThreatActors;

/// <summary>Threat actors: STIX threat actors and intrusion sets in one list, told apart by <c>type</c>.</summary>
internal static class ThreatActorEndpoints
{
    private static readonly string[] Types = [StixTypes.ThreatActor, StixTypes.IntrusionSet];

    private static readonly Sorts<ThreatActor> Sorts = Sorts<ThreatActor>.By(a => a.StixId)
        .Add("name", a => a.Name).Add("modified", a => a.Modified).Default("name");

    public static IEndpointRouteBuilder MapThreatActors(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/threat-intel/threat-actors").WithTags("Threat actors");
        group.MapGet("/", List).RequirePermission("read:threat_intel").WithPaging(20, 100).Kept();
        group.MapGet("/{id}", Get).RequirePermission("read:threat_intel").Kept();
        group.MapPost("/", Create).RequirePermission("write:threat_intel").WithIdempotency();
        group.MapPut("/{id}", Replace).RequirePermission("write:threat_intel");
        group.MapPatch("/{id}", Change).RequirePermission("write:threat_intel");
        group.MapDelete("/{id}", Delete).RequirePermission("delete:threat_intel").Audited("threat_object_deleted", "threat_object");
        return api;
    }

    /// <summary>Threat actors by country, activity, sophistication, motivation or text.</summary>
    private static async Task<PageResult<ThreatActorResource>> List(
        PageRequest page, HttpRequest request, ThreatIntelDb db, CallContext call, TimeProvider clock,
        string? country, string? active, string? sophistication, string? motivation, string? search, CancellationToken ct)
    {
        var query = new QueryReader(request.Query);
        var isActive = query.Flag("active");
        var text = query.Short("search");
        query.ThrowIfInvalid();

        var actors = db.ThreatActors.AsNoTracking().VisibleTo(call.Clearance);
        var cutoff = ThreatActorResource.ActiveSince(clock);
        if (isActive is { } wanted)
        {
            actors = actors.Where(a => (!a.Revoked && !a.Deprecated && (a.LastSeen == null || a.LastSeen >= cutoff)) == wanted);
        }

        if (!string.IsNullOrEmpty(country))
        {
            var located = ActorCountries.Of(db, call.Clearance);
            var code = country.ToUpperInvariant();
            actors = actors.Where(a => a.Country == code || located.Any(l => l.ActorId == a.StixId && l.Country == code));
        }

        if (!string.IsNullOrEmpty(sophistication))
        {
            actors = actors.Where(a => a.Sophistication == sophistication);
        }

        if (!string.IsNullOrEmpty(motivation))
        {
            actors = actors.Where(a => a.Motivations.Contains(motivation));
        }

        if (text is not null)
        {
            var pattern = ObjectQueries.Containing(text);
            actors = actors.Where(a => EF.Functions.Like(a.SearchText, pattern, "\\"));
        }

        var found = await actors.ToPageAsync(page, Sorts, ct);
        var countries = await ActorCountries.ReadAsync(db, call.Clearance, [.. found.Items.Select(a => a.StixId)], ct);
        return found.Select(actor => ThreatActorResource.From(actor, countries.GetValueOrDefault(actor.StixId), cutoff)).ToResult();
    }

    /// <summary>One threat actor or intrusion set.</summary>
    private static async Task<Results<Ok<ThreatActorResource>, FaultResult>> Get(
        string id, HttpResponse response, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct) =>
        await FindAsync(id, db, call, ct) is { } actor ? TypedResults.Ok(await ShowAsync(actor, response, db, call, clock, ct)) : Faults.NotFound("threat actor");

    /// <summary>Creates a threat actor, or an intrusion set where <c>type</c> says so.</summary>
    private static async Task<Results<Created<ThreatActorResource>, FaultResult>> Create(
        Body<CreateThreatActor> body, HttpContext context, ThreatIntelDb db, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var draft = body.Value.Write(new StixDraft(body.Value.Type, clock.GetUtcNow()));
        await change.CreateAsync(draft, ct);
        var actor = (await FindAsync(draft.Id, db, call, ct))!;
        return TypedResults.Created(context.ThreatIntel($"threat-actors/{draft.Id}"), await ShowAsync(actor, context.Response, db, call, clock, ct));
    }

    /// <summary>Replaces what a client may set of one; properties that only its STIX form has stay. Its type cannot change.</summary>
    private static Task<Results<Ok<ThreatActorResource>, FaultResult>> Replace(
        string id, Body<CreateThreatActor> body, HttpContext context, ThreatIntelDb db, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct) =>
        UpdateAsync(id, _ => Task.FromResult(body.Value), context, db, change, call, clock, ct);

    /// <summary>Changes one by a JSON Merge Patch (RFC 7396). Its type cannot change.</summary>
    private static Task<Results<Ok<ThreatActorResource>, FaultResult>> Change(
        string id, Patch<CreateThreatActor> patch, HttpContext context, ThreatIntelDb db, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct) =>
        UpdateAsync(id, actor => patch.ApplyAsync(CreateThreatActor.Of(actor)), context, db, change, call, clock, ct);

    /// <summary>Deletes one; its relationships stay, with an end that leads nowhere.</summary>
    private static async Task<NoContent> Delete(string id, HttpRequest request, ChangeObject change, CancellationToken ct)
    {
        await change.DeleteAsync(id, Types, request, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<ThreatActorResource>, FaultResult>> UpdateAsync(
        string id, Func<ThreatActor, Task<CreateThreatActor>> edit, HttpContext context, ThreatIntelDb db, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var isThere = await change.UpdateAsync(id, Types, context.Request, async stored =>
        {
            using var json = System.Text.Json.JsonDocument.Parse(stored.Json.ToJsonString());
            var wanted = await edit(ActorColumns.From(json.RootElement, stored.Row));
            return wanted.Write(StixDraft.Next(stored, clock.GetUtcNow()), stored.Markings);
        }, ct);
        return isThere ? TypedResults.Ok(await ShowAsync((await FindAsync(id, db, call, ct))!, context.Response, db, call, clock, ct)) : Faults.NotFound("threat actor");
    }

    private static async Task<ThreatActor?> FindAsync(string id, ThreatIntelDb db, CallContext call, CancellationToken ct) =>
        StixId.IsValid(id) ? await db.ThreatActors.AsNoTracking().VisibleTo(call.Clearance).SingleOrDefaultAsync(a => a.StixId == id, ct) : null;

    private static async Task<ThreatActorResource> ShowAsync(
        ThreatActor actor, HttpResponse response, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var countries = await ActorCountries.ReadAsync(db, call.Clearance, [actor.StixId], ct);
        response.SetETag(actor.Revision);
        return ThreatActorResource.From(actor, countries.GetValueOrDefault(actor.StixId), ThreatActorResource.ActiveSince(clock));
    }
}
