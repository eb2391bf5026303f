using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Indicators;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Relationships;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Lifecycle;

/// <summary>What happens to an indicator over its life: sightings, revocation, and the story of both.</summary>
internal static class LifecycleEndpoints
{
    private const int MostEntries = 500;

    public static IEndpointRouteBuilder MapIndicatorLifecycle(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/threat-intel/indicators/{id}").WithTags("Indicators");
        group.MapGet("/history", History).RequirePermission("read:threat_intel");
        group.MapPost("/sightings", Sight).RequirePermission("write:threat_intel").WithIdempotency();
        group.MapPost("/revoke", Revoke).RequirePermission("write:threat_intel");
        return api;
    }

    /// <summary>What happened to an indicator, oldest first: its versions, sightings, expiry and revocation.</summary>
    private static async Task<Results<Ok<IndicatorHistory>, FaultResult>> History(
        string id, ThreatIntelDb db, ShowIndicators show, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        if (await IndicatorEndpoints.FindAsync(id, db, call, ct) is not { } indicator)
        {
            return Faults.NotFound("indicator");
        }

        var clearance = call.Clearance;
        var versions = await db.ObjectVersions.AsNoTracking().Where(v => v.StixId == id && v.Tlp <= clearance)
            .OrderByDescending(v => v.Modified).ThenByDescending(v => v.Revision).Take(MostEntries).ToListAsync(ct);
        var sightings = await db.VisibleRelationships(clearance)
            .Where(r => r.TargetRef == id && r.RelationshipType == StixRelationship.SightingOf && !r.Revoked)
            .OrderByDescending(r => r.Modified).Take(MostEntries).ToListAsync(ct);
        var entries = new List<HistoryEntry>();
        for (var i = versions.Count - 1; i >= 0; i--)
        {
            var version = versions[i];
            using var json = JsonDocument.Parse(RawBytes.Unpack(version.Raw), new JsonDocumentOptions { MaxDepth = 256 });
            var isRevoked = json.RootElement.TryGetProperty("revoked", out var revoked) && revoked.ValueKind == JsonValueKind.True;
            var kind = isRevoked ? "revoked" : i == versions.Count - 1 ? "created" : "updated";
            entries.Add(new HistoryEntry(version.Modified, kind, id, json.RootElement.Confidence(), null));
        }

        entries.AddRange(sightings.Select(s => new HistoryEntry(s.StopTime ?? s.StartTime ?? s.Modified, "sighted", s.StixId, s.Confidence, s.Count ?? 1)));
        if (indicator.ValidUntil <= clock.GetUtcNow())
        {
            entries.Add(new HistoryEntry(indicator.ValidUntil.Value, "expired", id, null, null));
        }

        return TypedResults.Ok(new IndicatorHistory(await show.RunAsync(indicator, ct), [.. entries.OrderBy(entry => entry.At)]));
    }

    /// <summary>Records that the indicator was seen; its confidence starts anew from there.</summary>
    private static async Task<Results<Created<RelationshipResource>, FaultResult>> Sight(
        string id, OptionalBody<SightIndicator> body, HttpContext context, ThreatIntelDb db, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        if (await IndicatorEndpoints.FindAsync(id, db, call, ct) is not { } indicator)
        {
            return Faults.NotFound("indicator");
        }

        var wanted = body.Value ?? new SightIndicator();
        var now = clock.GetUtcNow();
        var last = wanted.LastSeen ?? wanted.FirstSeen ?? now;
        if (last > now + ClockSkew)
        {
            return Faults.Invalid("last_seen", "must not lie in the future");
        }

        // What was seen of an amber indicator is amber too, unless it is said to be more.
        var level = wanted.Tlp is { } stated && stated > indicator.Tlp ? stated : indicator.Tlp;
        var draft = new StixDraft(StixTypes.Sighting, now)
            .Add("sighting_of_ref", id).Add("count", wanted.Count).Add("first_seen", wanted.FirstSeen ?? last).Add("last_seen", last)
            .Add("description", wanted.Description).Add("confidence", wanted.Confidence)
            .Add("where_sighted_refs", wanted.WhereSightedRef is null ? null : [wanted.WhereSightedRef]).Mark(level);
        await change.CreateAsync(draft, ct, new SightingRecorded(draft.Id, id, wanted.Count, last, level));
        var row = await db.Relationships.AsNoTracking().VisibleTo(call.Clearance).SingleAsync(r => r.StixId == draft.Id, ct);
        return TypedResults.Created(context.ThreatIntel($"sightings/{draft.Id}"), RelationshipResource.From(row));
    }

    /// <summary>Revokes an indicator: it stays, marks nothing any more, and its history says so. Again is no change.</summary>
    private static async Task<Results<Ok<IndicatorResource>, FaultResult>> Revoke(
        string id, OptionalBody<RevokeIndicator> body, HttpContext context, ThreatIntelDb db, ShowIndicators show, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        if (await IndicatorEndpoints.FindAsync(id, db, call, ct) is not { } indicator)
        {
            return Faults.NotFound("indicator");
        }

        if (!indicator.Revoked)
        {
            await change.UpdateAsync(id, [StixTypes.Indicator], context.Request, stored => Task.FromResult(
                StixDraft.Next(stored, clock.GetUtcNow()).Put("revoked", true).Add("x_revoked_reason", body.Value?.Reason)), ct);
            indicator = (await IndicatorEndpoints.FindAsync(id, db, call, ct))!;
        }

        context.Response.SetETag(indicator.Revision);
        return TypedResults.Ok(await show.RunAsync(indicator, ct));
    }

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);
}

/// <summary>An indicator and what happened to it.</summary>
internal sealed record IndicatorHistory(IndicatorResource Indicator, IReadOnlyList<HistoryEntry> Entries);

/// <summary>One thing that happened.</summary>
/// <param name="At">When.</param>
/// <param name="Kind"><c>created</c>, <c>updated</c>, <c>sighted</c>, <c>expired</c> or <c>revoked</c>.</param>
/// <param name="Id">The object that says so: the indicator, or the sighting.</param>
/// <param name="Confidence">The confidence that was stated.</param>
/// <param name="Count">How often it was seen.</param>
internal sealed record HistoryEntry(DateTimeOffset At, string Kind, string Id, int? Confidence, int? Count);

/// <summary>A sighting of an indicator.</summary>
/// <param name="Count">How often it was seen.</param>
/// <param name="FirstSeen">From when; <paramref name="LastSeen"/> where absent.</param>
/// <param name="LastSeen">Until when; now where absent.</param>
/// <param name="Description">What was seen.</param>
/// <param name="Confidence">0 to 100.</param>
/// <param name="WhereSightedRef">The identity or location that saw it.</param>
/// <param name="Tlp">Its level; never below the indicator's.</param>
internal sealed record SightIndicator(
    int Count = 1, DateTimeOffset? FirstSeen = null, DateTimeOffset? LastSeen = null, string? Description = null, int? Confidence = null,
    string? WhereSightedRef = null, TlpLevel? Tlp = null);

/// <summary>Why an indicator is revoked.</summary>
internal sealed record RevokeIndicator(string? Reason = null);

internal sealed class SightIndicatorValidator : AbstractValidator<SightIndicator>
{
    public SightIndicatorValidator()
    {
        RuleFor(s => s.Count).InclusiveBetween(1, 999_999_999);
        RuleFor(s => s.Confidence).InclusiveBetween(0, 100);
        RuleFor(s => s.Description).MaximumLength(10_000);
        RuleFor(s => s.LastSeen).GreaterThanOrEqualTo(s => s.FirstSeen).When(s => s.FirstSeen is not null && s.LastSeen is not null)
            .WithMessage("must not be earlier than first_seen");
        RuleFor(s => s.WhereSightedRef).Must(id => id is null || StixId.IsOfType(id, "identity") || StixId.IsOfType(id, "location"))
            .WithMessage("must be the id of an identity or a location");
    }
}

internal sealed class RevokeIndicatorValidator : AbstractValidator<RevokeIndicator>
{
    public RevokeIndicatorValidator() => RuleFor(r => r.Reason).MaximumLength(2_000);
}
