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
        group.MapGet("/", List).RequirePermission("read:threat_intel").WithPaging(20, 100);
        group.MapGet("/{id}", Get).RequirePermission("read:threat_intel");
        group.MapPost("/", Create).RequirePermission("write:threat_intel").WithIdempotency();
        group.MapDelete("/{id}", Delete).RequirePermission("delete:threat_intel");
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
        string id, HttpResponse response, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var actor = StixId.IsValid(id) ? await db.ThreatActors.AsNoTracking().VisibleTo(call.Clearance).SingleOrDefaultAsync(a => a.StixId == id, ct) : null;
        if (actor is null)
        {
            return Faults.NotFound("threat actor");
        }

        var countries = await ActorCountries.ReadAsync(db, call.Clearance, [id], ct);
        response.SetETag(actor.Revision);
        return TypedResults.Ok(ThreatActorResource.From(actor, countries.GetValueOrDefault(id), ThreatActorResource.ActiveSince(clock)));
    }

    /// <summary>Creates a threat actor, or an intrusion set where <c>type</c> says so.</summary>
    private static async Task<Results<Created<ThreatActorResource>, FaultResult>> Create(
        Body<CreateThreatActor> body, HttpContext context, ThreatIntelDb db, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var draft = body.Value.ToDraft(clock.GetUtcNow());
        await change.CreateAsync(draft, body.Value.Tlp, ct);
        var actor = await db.ThreatActors.AsNoTracking().VisibleTo(call.Clearance).SingleAsync(a => a.StixId == draft.Id, ct);
        return TypedResults.Created(context.ThreatIntel($"threat-actors/{draft.Id}"), ThreatActorResource.From(actor, null, ThreatActorResource.ActiveSince(clock)));
    }

    /// <summary>Deletes one; its relationships stay, with an end that leads nowhere.</summary>
    private static async Task<NoContent> Delete(string id, ChangeObject change, CancellationToken ct)
    {
        await change.DeleteAsync(id, Types, ct);
        return TypedResults.NoContent();
    }
}
