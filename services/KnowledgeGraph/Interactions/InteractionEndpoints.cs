using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Interactions;

/// <summary>What users do with items.</summary>
internal static class InteractionEndpoints
{
    public static IEndpointRouteBuilder MapInteractions(this IEndpointRouteBuilder api)
    {
        api.MapPost("/interactions", TrackInteractions).RequirePermission("write:knowledge_graph").WithIdempotency().AddEndpointFilter<GraphFaults>().WithTags("Recommendations");
        return api;
    }

    /// <summary>
    /// Notes one interaction or up to 1,000. Told again (same user, item, type and time), it is counted once. Whether an item
    /// exists makes no difference to the answer.
    /// </summary>
    private static async Task<Results<Ok<TrackAnswer>, FaultResult>> TrackInteractions(Body<TrackInteractions> body, TrackInteractionsHandler track, CancellationToken ct) =>
        TypedResults.Ok(await track.RunAsync(body.Value, ct));
}
