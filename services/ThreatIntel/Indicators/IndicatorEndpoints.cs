using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Indicators;

/// <summary>Indicators of compromise.</summary>
internal static class IndicatorEndpoints
{
    /// <summary>Hits of a text search that a list is filtered by at most.</summary>
    private const int MaxHits = 100_000;

    private static readonly Sorts<Indicator> Sorts = Sorts<Indicator>.By(i => i.StixId)
        .Add("modified", i => i.Modified).Add("name", i => i.Name).Add("valid_from", i => i.ValidFrom).Default("modified", descending: true);

    public static IEndpointRouteBuilder MapIndicators(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/threat-intel/indicators").WithTags("Indicators");
        group.MapGet("/", List).RequirePermission("read:threat_intel").WithPaging(50, 500);
        group.MapGet("/{id}", Get).RequirePermission("read:threat_intel");
        group.MapPost("/", Create).RequirePermission("write:threat_intel").WithIdempotency();
        group.MapPut("/{id}", Replace).RequirePermission("write:threat_intel");
        group.MapPatch("/{id}", Change).RequirePermission("write:threat_intel");
        group.MapDelete("/{id}", Delete).RequirePermission("delete:threat_intel").Audited("threat_object_deleted", "threat_object");
        return api;
    }

    /// <summary>Indicators by type of value, severity, level, time of validity, confidence, source or text.</summary>
    private static async Task<PageResult<IndicatorResource>> List(
        PageRequest page, HttpRequest request, ThreatIntelDb db, ShowIndicators show, CallContext call,
        string? indicator_type, string? severity, string? tlp, string? valid_at, string? min_confidence, string? source, string? search, CancellationToken ct)
    {
        var query = new QueryReader(request.Query);
        var ofSeverity = query.OneOf("severity", "", "low", "medium", "high", "critical");
        var level = query.Tlp("tlp");
        var at = query.Time("valid_at");
        var confidence = query.Number("min_confidence", 0, 100);
        var text = query.Short("search");
        query.ThrowIfInvalid();

        var indicators = db.Indicators.AsNoTracking().VisibleTo(call.Clearance);
        if (!string.IsNullOrEmpty(indicator_type))
        {
            var types = ObservableType.Expand(indicator_type);
            indicators = indicators.Where(i => types.Contains(i.IndicatorType));
        }

        if (ofSeverity.Length > 0)
        {
            indicators = indicators.Where(i => i.Severity == ofSeverity);
        }

        if (level is { } wanted)
        {
            indicators = indicators.Where(i => i.Tlp == wanted);
        }

        if (at is { } moment)
        {
            indicators = indicators.Where(i => !i.Revoked && i.ValidFrom <= moment && (i.ValidUntil == null || i.ValidUntil > moment));
        }

        if (confidence is { } least)
        {
            indicators = indicators.Where(i => i.Confidence >= least);
        }

        if (!string.IsNullOrEmpty(source))
        {
            // Who is hidden cannot be searched for either.
            var known = db.Objects.VisibleTo(call.Clearance);
            var isAnybody = call.Clearance == TlpLevel.Red || !StixId.IsValid(source);
            indicators = indicators.Where(i => (i.Source == source || i.CreatedByRef == source) && (isAnybody || known.Any(o => o.StixId == source)));
        }

        if (text is not null)
        {
            var hits = db.FindIndicators(FindBy.Text, ObjectQueries.Containing(text), null, (short)call.Clearance, MaxHits);
            indicators = indicators.Where(i => hits.Any(hit => hit.StixId == i.StixId && hit.Tlp == (short)(object)i.Tlp));
        }

        var found = await indicators.ToPageAsync(page, Sorts, ct);
        return new Page<IndicatorResource>(found.Request, await show.RunAsync(found.Items, ct), found.Total, found.NextCursor).ToResult();
    }

    /// <summary>One indicator.</summary>
    private static async Task<Results<Ok<IndicatorResource>, FaultResult>> Get(string id, HttpResponse response, ThreatIntelDb db, ShowIndicators show, CallContext call, CancellationToken ct) =>
        await FindAsync(id, db, call, ct) is { } indicator ? TypedResults.Ok(await ShowAsync(indicator, response, show, ct)) : Faults.NotFound("indicator");

    /// <summary>Creates an indicator from a STIX pattern, or from a value and its type.</summary>
    private static async Task<Results<Created<IndicatorResource>, FaultResult>> Create(
        Body<CreateIndicator> body, HttpContext context, ThreatIntelDb db, ShowIndicators show, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var draft = body.Value.ToDraft(clock.GetUtcNow());
        await change.CreateAsync(draft, ct);
        var indicator = (await FindAsync(draft.Id, db, call, ct))!;
        return TypedResults.Created(context.ThreatIntel($"indicators/{draft.Id}"), await ShowAsync(indicator, context.Response, show, ct));
    }

    /// <summary>Replaces what a client may set of one; properties that only its STIX form has stay.</summary>
    private static Task<Results<Ok<IndicatorResource>, FaultResult>> Replace(
        string id, Body<CreateIndicator> body, HttpContext context, ThreatIntelDb db, ShowIndicators show, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct) =>
        UpdateAsync(id, (_, _) => Task.FromResult(body.Value), context, db, show, change, call, clock, ct);

    /// <summary>
    /// Changes one by a JSON Merge Patch (RFC 7396). To give it another value, send <c>"pattern": null</c> with the
    /// <c>value</c>: the pattern is what is stored.
    /// </summary>
    private static Task<Results<Ok<IndicatorResource>, FaultResult>> Change(
        string id, Patch<CreateIndicator> patch, HttpContext context, ThreatIntelDb db, ShowIndicators show, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct) =>
        UpdateAsync(id, (row, json) => patch.ApplyAsync(CreateIndicator.Of(row, json)), context, db, show, change, call, clock, ct);

    /// <summary>Deletes one.</summary>
    private static async Task<NoContent> Delete(string id, HttpRequest request, ChangeObject change, CancellationToken ct)
    {
        await change.DeleteAsync(id, [StixTypes.Indicator], request, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<IndicatorResource>, FaultResult>> UpdateAsync(
        string id, Func<Indicator, JsonElement, Task<CreateIndicator>> edit, HttpContext context, ThreatIntelDb db, ShowIndicators show, ChangeObject change, CallContext call,
        TimeProvider clock, CancellationToken ct)
    {
        var isThere = await change.UpdateAsync(id, [StixTypes.Indicator], context.Request, async stored =>
        {
            using var json = JsonDocument.Parse(stored.Json.ToJsonString());
            var wanted = await edit(IndicatorColumns.From(json.RootElement, stored.Row).Row, json.RootElement);
            var now = clock.GetUtcNow();
            return wanted.Write(StixDraft.Next(stored, now), now, stored.Markings);
        }, ct);
        return isThere ? TypedResults.Ok(await ShowAsync((await FindAsync(id, db, call, ct))!, context.Response, show, ct)) : Faults.NotFound("indicator");
    }

    internal static async Task<Indicator?> FindAsync(string id, ThreatIntelDb db, CallContext call, CancellationToken ct) =>
        StixId.IsValid(id) ? await db.Indicators.AsNoTracking().VisibleTo(call.Clearance).SingleOrDefaultAsync(i => i.StixId == id, ct) : null;

    private static Task<IndicatorResource> ShowAsync(Indicator indicator, HttpResponse response, ShowIndicators show, CancellationToken ct)
    {
        response.SetETag(indicator.Revision);
        return show.RunAsync(indicator, ct);
    }
}
