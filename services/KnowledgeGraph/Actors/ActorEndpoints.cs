using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Actors;

/// <summary>What actors share, and what changed when.</summary>
internal static class ActorEndpoints
{
    public static IEndpointRouteBuilder MapActors(this IEndpointRouteBuilder api)
    {
        api.MapPost("/timeline", ReadTimeline).WithTags("Knowledge graph");
        api.MapPost("/compare", CompareNodes).WithTags("Knowledge graph");
        return api;
    }

    /// <summary>What was created, changed, seen, began or ended between two dates, oldest first.</summary>
    private static async Task<Ok<TimelineAnswer>> ReadTimeline(ReadBody<TimelineRequest> body, ReadTimeline read, CancellationToken ct) =>
        TypedResults.Ok(await read.RunAsync(body.Value, ct));

    /// <summary>What two or more nodes relate to in common, such as the malware and techniques of two intrusion sets.</summary>
    private static async Task<Results<Ok<CompareAnswer>, FaultResult>> CompareNodes(ReadBody<CompareRequest> body, CompareNodes compare, CancellationToken ct) =>
        await compare.RunAsync(body.Value, ct) is { } answer ? TypedResults.Ok(answer) : Faults.NotFound("node");
}
