using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Paths;

/// <summary>Paths between nodes, and what is around one.</summary>
internal static class PathEndpoints
{
    /// <summary>The most paths that <c>all</c> answers.</summary>
    private const int MaxPaths = 100;

    public static IEndpointRouteBuilder MapPaths(this IEndpointRouteBuilder api)
    {
        api.MapPost("/path", FindPath).WithTags("Knowledge graph");
        api.MapPost("/neighbors", FindNeighbors).WithTags("Knowledge graph");
        return api;
    }

    /// <summary>
    /// The shortest path between two nodes, 404 where there is none. The same question has the same answer: of equally short
    /// paths the one whose ids come first.
    /// </summary>
    private static async Task<Results<Ok<PathAnswer>, FaultResult>> FindPath(ReadBody<PathRequest> body, CallerGraph graph, IGraphStore store, CancellationToken ct)
    {
        var request = body.Value;
        if (request.WeightProperty is not null || request.K is > 1)
        {
            return Faults.Invalid(request.K is > 1 ? "k" : "weight_property", "is not available on this platform yet; all shortest paths come with all=true");
        }

        var types = (request.RelationshipTypes ?? []).Select(Vocabulary.ReadType).Distinct().ToArray();
        var search = new PathSearch(request.SourceId, request.TargetId, request.MaxDepth, types, request.Directed, request.All ? MaxPaths : 1);
        var paths = await store.ShortestPathsAsync(await graph.KeyAsync(ct), search, ct);
        return paths.Count == 0
            ? Faults.NotFound($"path of at most {request.MaxDepth} relationships between these nodes")
            : TypedResults.Ok(new PathAnswer(paths[0].Length, paths[0].Nodes, paths[0].Relationships, request.All ? paths : null));
    }

    /// <summary>The nodes around one, nearest first, with all relationships among them.</summary>
    private static async Task<Results<Ok<NeighborsAnswer>, FaultResult>> FindNeighbors(ReadBody<NeighborsRequest> body, FindNeighbors find, CancellationToken ct) =>
        await find.RunAsync(body.Value, ct) is { } answer ? TypedResults.Ok(answer) : Faults.NotFound("node");
}

/// <summary>A search for the shortest path.</summary>
/// <param name="SourceId">Where it starts.</param>
/// <param name="TargetId">Where it ends.</param>
/// <param name="MaxDepth">At most this many relationships, 1–20.</param>
/// <param name="RelationshipTypes">Follow only these, such as <c>uses</c>.</param>
/// <param name="All">Answer all shortest paths (at most 100).</param>
/// <param name="K">Reserved for the k shortest paths.</param>
/// <param name="WeightProperty">Reserved for weighted paths.</param>
/// <param name="Directed">Follow relationships only from source to target.</param>
internal sealed record PathRequest(
    string SourceId,
    string TargetId,
    int MaxDepth = 5,
    IReadOnlyList<string>? RelationshipTypes = null,
    bool All = false,
    int? K = null,
    string? WeightProperty = null,
    bool Directed = false);

/// <summary>A path: one node more than relationships.</summary>
/// <param name="Length">How many relationships.</param>
/// <param name="Nodes">From source to target.</param>
/// <param name="Relationships">In the order of the path, each in its own direction.</param>
/// <param name="Paths">All shortest paths, where asked for; the first is the one above.</param>
internal sealed record PathAnswer(
    int Length, IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphRelationship> Relationships, IReadOnlyList<FoundPath>? Paths);

internal sealed class PathRequestValidator : AbstractValidator<PathRequest>
{
    public PathRequestValidator()
    {
        RuleFor(r => r.SourceId).MustBeNodeId();
        RuleFor(r => r.TargetId).MustBeNodeId();
        RuleFor(r => r.MaxDepth).InclusiveBetween(1, 20).WithMessage("must be a whole number from 1 to 20");
        RuleFor(r => r.RelationshipTypes).Must(t => t is null || (t.Count <= 50 && t.All(n => n is { Length: > 0 and <= 64 }))).WithMessage("must be at most 50 names of relationship types");
        RuleFor(r => r.K).InclusiveBetween(1, 100).WithMessage("must be a whole number from 1 to 100");
    }
}
