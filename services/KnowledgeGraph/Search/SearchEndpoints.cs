using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Search;

/// <summary>Search by text.</summary>
internal static class SearchEndpoints
{
    public static IEndpointRouteBuilder MapSearch(this IEndpointRouteBuilder api)
    {
        api.MapPost("/search", Search).WithTags("Knowledge graph");
        return api;
    }

    /// <summary>Nodes whose name, description, aliases or external ids match, best first.</summary>
    private static async Task<Results<Ok<SearchAnswer>, FaultResult>> Search(
        ReadBody<SearchRequest> body, SearchNodes search, FindSimilar similar, EmbeddingsEngine embeddings, CancellationToken ct) =>
        body.Value.SearchType switch
        {
            "similar" => TypedResults.Ok(await similar.RunAsync(body.Value, ct)),
            "semantic" when !embeddings.IsConfigured => Faults.Invalid("search_type", "semantic needs an embeddings engine, and none is configured; use text, exact, prefix or similar"),
            "semantic" => TypedResults.Ok(await similar.ByMeaningAsync(body.Value, ct)),
            _ => TypedResults.Ok(await search.RunAsync(body.Value, ct)),
        };
}

/// <summary>A search.</summary>
/// <param name="Query">What to look for.</param>
/// <param name="SearchType">
/// <c>text</c> (all words, in any form), <c>exact</c> (a name, alias, id or external id as a whole), <c>prefix</c>, <c>similar</c> (spelled
/// alike), <c>semantic</c> (of like meaning, where an embeddings engine is configured).
/// </param>
/// <param name="Limit">At most this many, 1–100.</param>
internal sealed record SearchRequest(string Query, string SearchType = "text", int Limit = 20);

/// <summary>What was found, best first.</summary>
internal sealed record SearchAnswer(IReadOnlyList<SearchHit> Items, int Total);

/// <summary>A node that matches.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Name">Its name.</param>
/// <param name="Properties">Its properties.</param>
/// <param name="Score">How well it matches; higher is better, comparable within one answer only.</param>
/// <param name="Highlights">By field, a piece of its text as HTML with the matching words in <c>&lt;em&gt;</c>.</param>
internal sealed record SearchHit(
    string Id, IReadOnlyList<string> Labels, string? Name, IReadOnlyDictionary<string, object?> Properties, double Score, IReadOnlyDictionary<string, string> Highlights);

internal sealed class SearchRequestValidator : AbstractValidator<SearchRequest>
{
    public SearchRequestValidator()
    {
        RuleFor(r => r.Query).NotEmpty().WithMessage("must not be empty").MaximumLength(500).WithMessage("must not be longer than 500 characters");
        RuleFor(r => r.SearchType).Must(t => t is "text" or "exact" or "prefix" or "similar" or "semantic").WithMessage("must be one of text, exact, prefix, similar, semantic");
        RuleFor(r => r.Limit).InclusiveBetween(1, 100).WithMessage("must be a whole number from 1 to 100");
    }
}
