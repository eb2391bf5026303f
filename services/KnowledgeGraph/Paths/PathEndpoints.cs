using Microsoft.AspNetCore.Http.HttpResults;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Paths;

/// <summary>Paths between nodes, and what is around one.</summary>
internal static class PathEndpoints
{
    public static IEndpointRouteBuilder MapPaths(this IEndpointRouteBuilder api)
    {
        api.MapPost("/path", FindPath).WithTags("Knowledge graph");
        api.MapPost("/neighbors", FindNeighbors).WithTags("Knowledge graph");
        return api;
    }

    /// <summary>
    /// The shortest path between two nodes, 404 where there is none; or all shortest ones, the k shortest, or those of the least
    /// weight. The same question has the same answer: of equally good paths the one whose ids come first.
    /// </summary>
    private static async Task<Results<Ok<PathAnswer>, FaultResult>> FindPath(ReadBody<PathRequest> body, CallerGraph graph, FindPaths find, CancellationToken ct)
    {
        var request = body.Value;
        IReadOnlyList<FoundPath> paths;
        try
        {
            paths = await find.RunAsync(await graph.KeyAsync(request.Tlp, ct), request, ct);
        }
        catch (GraphStoreException exception) when (exception.Failure is GraphFailure.Invalid && request.WeightProperty is not null)
        {
            return Faults.Invalid("weight_property", exception.Message);
        }

        return paths.Count == 0
            ? Faults.NotFound($"path of at most {request.MaxDepth} relationships between these nodes")
            : TypedResults.Ok(new PathAnswer(paths[0].Length, paths[0].Nodes, paths[0].Relationships, paths[0].Weight, request.All || request.K is not null ? paths : null));
    }

    /// <summary>The nodes around one, nearest first, with all relationships among them.</summary>
    private static async Task<Results<Ok<NeighborsAnswer>, FaultResult>> FindNeighbors(ReadBody<NeighborsRequest> body, FindNeighbors find, CancellationToken ct) =>
        await find.RunAsync(body.Value, ct) is { } answer ? TypedResults.Ok(answer) : Faults.NotFound("node");
}
