using System.Text.Json;
using FluentValidation;
using Platform.KnowledgeGraph.Interactions;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>What to recommend for a user.</summary>
/// <param name="UserId">The user, by the id that interactions name.</param>
/// <param name="Count">How many, 1–100.</param>
/// <param name="Filters">Which items may be.</param>
internal sealed record RecommendationRequest(string UserId, int Count = 10, RecommendationFilters? Filters = null);

/// <summary>What is like an item.</summary>
/// <param name="ItemId">An item of the catalogue or a threat object.</param>
/// <param name="Count">How many, 1–100.</param>
/// <param name="Filters">Which items may be.</param>
internal sealed record SimilarItemsRequest(string ItemId, int Count = 10, RecommendationFilters? Filters = null);

/// <summary>Which items may be recommended; all conditions hold together.</summary>
/// <param name="Types">One of these types, such as <c>article</c>, <c>indicator</c> or <c>report</c>.</param>
/// <param name="Tags">At least one of these tags.</param>
/// <param name="Attributes">These values of these attributes.</param>
/// <param name="Exclude">None of these items.</param>
/// <param name="Source"><c>catalogue</c> or <c>threat_intel</c>; both where not given.</param>
/// <param name="IncludeSeen">Also what the user has taken up already.</param>
internal sealed record RecommendationFilters(
    IReadOnlyList<string>? Types = null,
    IReadOnlyList<string>? Tags = null,
    IReadOnlyDictionary<string, JsonElement>? Attributes = null,
    IReadOnlyList<string>? Exclude = null,
    string? Source = null,
    bool IncludeSeen = false)
{
    public const string Catalogue = "catalogue";
    public const string ThreatIntel = "threat_intel";

    public static RecommendationFilters None { get; } = new();

    public bool WantsThreatObjects => Source != Catalogue && Tags is not { Count: > 0 } && Attributes is not { Count: > 0 };

    public bool Allows(KnownItem item) =>
        item.IsListed && Source != ThreatIntel && AllowsType(item.Type) && Exclude?.Contains(item.Id) != true && HasTag(item) && HasAttributes(item);

    public bool Allows(ThreatItem item) => item.IsCurrent && WantsThreatObjects && AllowsType(item.Type) && Exclude?.Contains(item.Id) != true;

    private bool AllowsType(string type) => Types is not { Count: > 0 } || Types.Contains(type);

    private bool HasTag(KnownItem item)
    {
        if (Tags is not { Count: > 0 })
        {
            return true;
        }

        foreach (var tag in item.Tags)
        {
            if (Tags.Contains(tag))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasAttributes(KnownItem item)
    {
        foreach (var (name, value) in Attributes ?? new Dictionary<string, JsonElement>())
        {
            if (!item.Attributes.TryGetValue(name, out var text) || text != KnownItem.TextOf(value))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Items for a user, or like an item, best first.</summary>
/// <param name="Recommendations">The items.</param>
/// <param name="Model">What chose them: <c>ease</c>, <c>item-knn</c>, <c>graph</c>, <c>content</c>, <c>popular</c>, several joined by +, or <c>external</c>.</param>
/// <param name="GeneratedAt">When.</param>
internal sealed record RecommendationAnswer(IReadOnlyList<Recommendation> Recommendations, string Model, DateTimeOffset GeneratedAt);

/// <summary>An item that is recommended.</summary>
/// <param name="ItemId">Its id.</param>
/// <param name="Score">How well it fits, 0–1; comparable within one answer.</param>
/// <param name="Reasons">What caused it, the strongest first.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it is.</param>
internal sealed record Recommendation(string ItemId, double Score, IReadOnlyList<Reason> Reasons, string? Name, string? Type);

/// <summary>Why an item is recommended.</summary>
/// <param name="Kind">
/// <c>taken_up</c>: who took up the item named here takes up this one; <c>related</c>: it is related to that one in the graph;
/// <c>alike</c>: it is described alike; <c>popular</c>; <c>engine</c>: the outside engine's own words.
/// </param>
/// <param name="ItemId">The item that caused it.</param>
/// <param name="Text">In words.</param>
internal sealed record Reason(string Kind, string? ItemId, string Text);

internal sealed class RecommendationRequestValidator : AbstractValidator<RecommendationRequest>
{
    public RecommendationRequestValidator()
    {
        RuleFor(r => r.UserId).MustBeItemOrUserId();
        RuleFor(r => r.Count).InclusiveBetween(1, 100).WithMessage("must be a whole number from 1 to 100");
        RuleFor(r => r.Filters!).SetValidator(new RecommendationFiltersValidator()).When(r => r.Filters is not null);
    }
}

internal sealed class SimilarItemsRequestValidator : AbstractValidator<SimilarItemsRequest>
{
    public SimilarItemsRequestValidator()
    {
        RuleFor(r => r.ItemId).MustBeItemOrUserId();
        RuleFor(r => r.Count).InclusiveBetween(1, 100).WithMessage("must be a whole number from 1 to 100");
        RuleFor(r => r.Filters!).SetValidator(new RecommendationFiltersValidator()).When(r => r.Filters is not null);
    }
}

internal sealed class RecommendationFiltersValidator : AbstractValidator<RecommendationFilters>
{
    public RecommendationFiltersValidator()
    {
        RuleFor(f => f.Types).Must(t => t is null or { Count: <= 100 }).WithMessage("must be at most 100 types");
        RuleFor(f => f.Tags).Must(t => t is null or { Count: <= 100 }).WithMessage("must be at most 100 tags");
        RuleFor(f => f.Attributes).Must(a => a is null || (a.Count <= 20 && a.Values.All(v => v.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)))
            .WithMessage("must be at most 20 texts, numbers and booleans");
        RuleFor(f => f.Exclude).Must(e => e is null or { Count: <= 1000 }).WithMessage("must be at most 1000 item ids");
        RuleFor(f => f.Source).Must(s => s is null or RecommendationFilters.Catalogue or RecommendationFilters.ThreatIntel).WithMessage("must be catalogue or threat_intel");
    }
}
