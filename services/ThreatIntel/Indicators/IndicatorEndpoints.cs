using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
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
        group.MapDelete("/{id}", Delete).RequirePermission("delete:threat_intel");
        return api;
    }

    /// <summary>Indicators by type of value, severity, level, time of validity, confidence, source or text.</summary>
    private static async Task<PageResult<IndicatorResource>> List(
        PageRequest page, HttpRequest request, ThreatIntelDb db, CallContext call,
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
            indicators = indicators.Where(i => i.Source == source || i.CreatedByRef == source);
        }

        if (text is not null)
        {
            var hits = db.SearchIndicators(ObjectQueries.Containing(text), (short)call.Clearance, MaxHits);
            indicators = indicators.Where(i => hits.Any(hit => hit.StixId == i.StixId && hit.Tlp == (short)(object)i.Tlp));
        }

        var found = await indicators.ToPageAsync(page, Sorts, ct);
        return found.Select(IndicatorResource.From).ToResult();
    }

    /// <summary>One indicator.</summary>
    private static async Task<Results<Ok<IndicatorResource>, FaultResult>> Get(string id, HttpResponse response, ThreatIntelDb db, CallContext call, CancellationToken ct)
    {
        var indicator = StixId.IsValid(id) ? await db.Indicators.AsNoTracking().VisibleTo(call.Clearance).SingleOrDefaultAsync(i => i.StixId == id, ct) : null;
        if (indicator is null)
        {
            return Faults.NotFound("indicator");
        }

        response.SetETag(indicator.Revision);
        return TypedResults.Ok(IndicatorResource.From(indicator));
    }

    /// <summary>Creates an indicator from a STIX pattern, or from a value and its type.</summary>
    private static async Task<Results<Created<IndicatorResource>, FaultResult>> Create(
        Body<CreateIndicator> body, HttpContext context, ThreatIntelDb db, ChangeObject change, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var draft = body.Value.ToDraft(clock.GetUtcNow());
        await change.CreateAsync(draft, body.Value.Tlp, ct);
        var indicator = await db.Indicators.AsNoTracking().VisibleTo(call.Clearance).SingleAsync(i => i.StixId == draft.Id, ct);
        return TypedResults.Created(context.ThreatIntel($"indicators/{draft.Id}"), IndicatorResource.From(indicator));
    }

    /// <summary>Deletes one.</summary>
    private static async Task<NoContent> Delete(string id, ChangeObject change, CancellationToken ct)
    {
        await change.DeleteAsync(id, [StixTypes.Indicator], ct);
        return TypedResults.NoContent();
    }
}
