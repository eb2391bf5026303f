using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Lifecycle;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Indicators;

/// <summary>Searching indicators by text.</summary>
internal static class SearchEndpoints
{
    /// <summary>Hits that are ranked at most.</summary>
    private const int MaxRanked = 5_000;

    public static IEndpointRouteBuilder MapIndicatorSearch(this IEndpointRouteBuilder api)
    {
        api.MapPost("/threat-intel/indicators/search", Search).WithTags("Indicators").RequirePermission("read:threat_intel");
        return api;
    }

    /// <summary>
    /// Indicators whose values, name, labels or description hold the text, best first: an exact value, then a value or
    /// name that begins with it, then the rest by confidence. Fields come from the body or, in v1, from the query string.
    /// </summary>
    private static async Task<Results<Ok<SearchResults>, FaultResult>> Search(
        HttpRequest request, OptionalBody<SearchRequest> body, ThreatIntelDb db, CallContext call, TimeProvider clock,
        string? search_query, string? types, string? limit, CancellationToken ct)
    {
        var query = new QueryReader(request.Query);
        var fromQuery = query.Short("search_query");
        var most = body.Value?.Limit ?? query.Int("limit", 20, 1, 100);
        query.ThrowIfInvalid();
        var text = body.Value?.SearchQuery ?? fromQuery;
        if (string.IsNullOrWhiteSpace(text))
        {
            return Faults.Invalid("search_query", "is required");
        }

        var wanted = (body.Value?.Types ?? types?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? []).SelectMany(ObservableType.Expand).ToArray();
        var clearance = call.Clearance;
        var keys = Observables.Recognise(text).Select(observable => observable.Key).ToArray();
        var exact = await Page(db.Indicators.Where(i => db.IndicatorValues.Any(v => keys.Contains(v.ValueKey) && v.StixId == i.StixId && v.Tlp == i.Tlp)));

        var needle = Observables.Refang(text).ToLowerInvariant();
        var hits = db.SearchIndicators(ObjectQueries.Containing(needle), (short)clearance, MaxRanked);
        var rest = await Page(db.Indicators.Where(i => hits.Any(hit => hit.StixId == i.StixId && hit.Tlp == (short)(object)i.Tlp)));
        var ranked = exact.Select(i => (Row: i, Score: 1.0))
            .Concat(rest.Select(i => (Row: i, Score: Score(i, needle))))
            .DistinctBy(hit => hit.Row.StixId)
            .OrderByDescending(hit => hit.Score).ThenByDescending(hit => hit.Row.Confidence ?? 0).ThenBy(hit => hit.Row.StixId, StringComparer.Ordinal)
            .Take(most).ToList();
        var shown = await LastSightings.ShowAsync(db, clearance, [.. ranked.Select(hit => hit.Row)], clock.GetUtcNow(), ct);
        return TypedResults.Ok(new SearchResults([.. ranked.Zip(shown, (hit, indicator) => new SearchHit(indicator, hit.Score))]));

        Task<List<Indicator>> Page(IQueryable<Indicator> rows)
        {
            rows = rows.AsNoTracking().VisibleTo(clearance);
            return (wanted.Length == 0 ? rows : rows.Where(i => wanted.Contains(i.IndicatorType)))
                .OrderByDescending(i => i.Confidence ?? 0).ThenBy(i => i.StixId).Take(most * 5).ToListAsync(ct);
        }
    }

    private static double Score(Indicator indicator, string needle) =>
        string.Equals(indicator.Value, needle, StringComparison.OrdinalIgnoreCase) || string.Equals(indicator.Name, needle, StringComparison.OrdinalIgnoreCase) ? 1.0
        : indicator.Value?.StartsWith(needle, StringComparison.OrdinalIgnoreCase) == true || indicator.Name.StartsWith(needle, StringComparison.OrdinalIgnoreCase) ? 0.8
        : indicator.Value?.Contains(needle, StringComparison.OrdinalIgnoreCase) == true ? 0.6
        : indicator.Name.Contains(needle, StringComparison.OrdinalIgnoreCase) ? 0.5
        : 0.3;
}

/// <summary>What to search for.</summary>
/// <param name="SearchQuery">The text; defanged values are refanged.</param>
/// <param name="Types">Types of values to keep to.</param>
/// <param name="Limit">1 to 100.</param>
internal sealed record SearchRequest(string? SearchQuery, IReadOnlyList<string>? Types = null, int? Limit = null);

/// <summary>Hits, best first.</summary>
internal sealed record SearchResults(IReadOnlyList<SearchHit> Results);

/// <summary>An indicator and how well it fits, up to 1.</summary>
internal sealed record SearchHit(IndicatorResource Indicator, double Score);

internal sealed class SearchRequestValidator : AbstractValidator<SearchRequest>
{
    public SearchRequestValidator()
    {
        RuleFor(r => r.SearchQuery).MaximumLength(200);
        RuleFor(r => r.SearchQuery).Must(text => text is null || !text.Contains('\0', StringComparison.Ordinal)).WithMessage("must not hold U+0000");
        RuleFor(r => r.Limit).InclusiveBetween(1, 100);
        RuleFor(r => r.Types).Must(types => types is null || types.Count <= 50).WithMessage("must be at most 50 types");
    }
}
