using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Indicators;

/// <summary>Searching indicators.</summary>
internal static class SearchEndpoints
{
    public static IEndpointRouteBuilder MapIndicatorSearch(this IEndpointRouteBuilder api)
    {
        api.MapPost("/threat-intel/indicators/search", Search).WithTags("Indicators").RequirePermission("read:threat_intel");
        return api;
    }

    /// <summary>
    /// Indicators by value, address range (<c>10.0.0.0/8</c>), domain and what is below it (<c>*.example.com</c>), prefix
    /// (<c>abc*</c>), text in name, labels and description, names of related objects, and likeness; best first, with the
    /// places that match. Fields come from the body or, in v1, from the query string.
    /// </summary>
    private static async Task<Results<Ok<SearchResults>, FaultResult>> Search(
        HttpRequest request, OptionalBody<SearchRequest> body, SearchIndicators indicators,
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

        string[] wanted = [.. (body.Value?.Types ?? types?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? []).SelectMany(ObservableType.Expand)];
        return TypedResults.Ok(await indicators.RunAsync(SearchNeedle.Of(text), wanted, most, ct));
    }
}

/// <summary>What to search for.</summary>
/// <param name="SearchQuery">The text; defanged values are refanged.</param>
/// <param name="Types">Types of values to keep to.</param>
/// <param name="Limit">1 to 100.</param>
internal sealed record SearchRequest(string? SearchQuery, IReadOnlyList<string>? Types = null, int? Limit = null);

/// <summary>Hits, best first.</summary>
internal sealed record SearchResults(IReadOnlyList<SearchHit> Results);

/// <summary>An indicator that was found.</summary>
/// <param name="Indicator">The indicator.</param>
/// <param name="Score">How well it fits, up to 1.</param>
/// <param name="MatchedBy">Why it was found: value, network, domain, prefix, text, linked or likeness.</param>
/// <param name="Highlights">Where the text stands.</param>
internal sealed record SearchHit(IndicatorResource Indicator, double Score, string MatchedBy, IReadOnlyList<Highlight> Highlights);

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
