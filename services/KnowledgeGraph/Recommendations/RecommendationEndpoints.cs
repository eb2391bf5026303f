using Microsoft.AspNetCore.Http.HttpResults;
using Platform.KnowledgeGraph.Projection;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>Recommendations, and the models behind them.</summary>
internal static class RecommendationEndpoints
{
    public static IEndpointRouteBuilder MapRecommendations(this IEndpointRouteBuilder api)
    {
        var recommendations = api.MapGroup("/recommendations").RequirePermission("read:knowledge_graph").AddEndpointFilter<GraphFaults>().WithTags("Recommendations");
        recommendations.MapPost("", RecommendItems);
        recommendations.MapPost("/similar-items", FindSimilar);
        recommendations.MapGet("/models", GetModels);
        return api;
    }

    /// <summary>Items for a user, best first; for a user who is new, what is popular. The next answer knows of every interaction.</summary>
    private static async Task<Results<Ok<RecommendationAnswer>, FaultResult>> RecommendItems(ReadBody<RecommendationRequest> body, Recommend recommend, CancellationToken ct) =>
        TypedResults.Ok(await recommend.RunAsync(body.Value, ct));

    /// <summary>Items like one of the catalogue or like a threat object, best first.</summary>
    private static async Task<Results<Ok<RecommendationAnswer>, FaultResult>> FindSimilar(ReadBody<SimilarItemsRequest> body, FindSimilarItems find, CancellationToken ct) =>
        await find.RunAsync(body.Value, ct) is { } answer ? TypedResults.Ok(answer) : Faults.NotFound("item");

    /// <summary>The models of the caller's level, each with how it did on what users took up in the newest fifth of the time.</summary>
    private static async Task<Results<Ok<ModelsAnswer>, FaultResult>> GetModels(CallContext call, TenantMemories memories, LevelGraphs graphs, CancellationToken ct)
    {
        var state = await memories.GetAsync(call.TenantId, ct);
        var reader = await graphs.ForReaderAsync(call.TenantId, call.Clearance, ct);
        if (state.ModelFor(reader?.Level) is not { } model)
        {
            return TypedResults.Ok(new ModelsAnswer([], state.TrainedVersion == state.Memory.Version || state.Memory.Version == 0 ? "no_data" : "training"));
        }

        var models = model.Training.Candidates.Select(c => new ModelAnswer(
            c.Name, c.Name == model.Training.Chosen.Name, c.Parameters, c.Metrics)).ToArray();
        return TypedResults.Ok(new ModelsAnswer(
            models,
            state.TrainedVersion == state.Memory.Version ? "ready" : "outdated",
            model.TrainedAt,
            Math.Round(model.Training.Elapsed.TotalSeconds, 3),
            model.Users,
            model.Places.Length,
            model.Entries));
    }
}

/// <summary>The models of the caller's level.</summary>
/// <param name="Models">Those that were tried at the last training.</param>
/// <param name="Status"><c>ready</c>; <c>outdated</c> when there is news to learn, which happens on its own; <c>training</c> for the first time; <c>no_data</c>.</param>
/// <param name="TrainedAt">When they were last trained.</param>
/// <param name="TrainingSeconds">How long that took, all models together.</param>
/// <param name="Users">Users who were learned from.</param>
/// <param name="Items">Items that were learned of.</param>
/// <param name="Interactions">What users are to items, each pair once.</param>
internal sealed record ModelsAnswer(
    IReadOnlyList<ModelAnswer> Models, string Status, DateTimeOffset? TrainedAt = null, double? TrainingSeconds = null, int? Users = null, int? Items = null, int? Interactions = null);

/// <summary>One kind of model.</summary>
/// <param name="Name"><c>popular</c>, which is there to compare with; <c>item-knn</c>; <c>ease</c>.</param>
/// <param name="IsSelected">It answers.</param>
/// <param name="Parameters">The best of its settings.</param>
/// <param name="Metrics">How it did; absent where too few users came back to tell.</param>
internal sealed record ModelAnswer(string Name, bool IsSelected, IReadOnlyDictionary<string, double> Parameters, OfflineMetrics? Metrics);
