using Microsoft.AspNetCore.Http.HttpResults;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Analytics;

/// <summary>Algorithms over the caller's graph.</summary>
internal static class AnalyticsEndpoints
{
    public static IEndpointRouteBuilder MapAnalytics(this IEndpointRouteBuilder api)
    {
        var analytics = api.MapGroup("/analytics").WithTags("Knowledge graph");
        analytics.MapGet("/centrality", GetCentrality);
        analytics.MapGet("/communities", GetCommunities);
        analytics.MapGet("/components", GetComponents);
        analytics.MapGet("/similar/{id}", GetSimilar);
        return api;
    }

    /// <summary>The nodes that matter most: by PageRank, by how many shortest paths lead through them, or by how many relationships they have.</summary>
    private static async Task<Results<Ok<RankedNodes>, FaultResult>> GetCentrality(
        RunAlgorithm run, CancellationToken ct, string? algorithm = null, string? node_type = null, string? relationship_type = null, int limit = 20) =>
        algorithm is not (null or "pagerank" or "betweenness" or "degree") ? Faults.Invalid("algorithm", "must be one of pagerank, betweenness, degree")
        : RunAlgorithm.Fault(limit) ?? (Results<Ok<RankedNodes>, FaultResult>)TypedResults.Ok(await run.RankAsync(algorithm ?? "pagerank", RunAlgorithm.Scope(node_type, relationship_type), limit, ct));

    /// <summary>Nodes that relate to each other more than to others, found by label propagation; the largest communities first.</summary>
    private static async Task<Results<Ok<NodeGroups>, FaultResult>> GetCommunities(
        RunAlgorithm run, CancellationToken ct, string? node_type = null, string? relationship_type = null, int limit = 20) =>
        RunAlgorithm.Fault(limit) ?? (Results<Ok<NodeGroups>, FaultResult>)TypedResults.Ok(await run.GroupAsync(Grouping.Communities, RunAlgorithm.Scope(node_type, relationship_type), limit, ct));

    /// <summary>What hangs together by relationships of whatever direction; the largest component first.</summary>
    private static async Task<Results<Ok<NodeGroups>, FaultResult>> GetComponents(
        RunAlgorithm run, CancellationToken ct, string? node_type = null, string? relationship_type = null, int limit = 20) =>
        RunAlgorithm.Fault(limit) ?? (Results<Ok<NodeGroups>, FaultResult>)TypedResults.Ok(await run.GroupAsync(Grouping.Components, RunAlgorithm.Scope(node_type, relationship_type), limit, ct));

    /// <summary>Nodes of the same label that relate to the same others as one does: the share of what both relate to in what either does (Jaccard's index).</summary>
    private static async Task<Results<Ok<RankedNodes>, FaultResult>> GetSimilar(
        string id, RunAlgorithm run, CancellationToken ct, string? relationship_type = null, int limit = 20)
    {
        if (RunAlgorithm.Fault(limit) is { } fault)
        {
            return fault;
        }

        return await run.SimilarAsync(id, RunAlgorithm.Scope(null, relationship_type).Type, limit, ct) is { } found ? TypedResults.Ok(found) : Faults.NotFound("node");
    }
}

/// <summary>Nodes with their scores, the highest first.</summary>
/// <param name="Algorithm">What scored them.</param>
/// <param name="Items">The nodes.</param>
internal sealed record RankedNodes(string Algorithm, IReadOnlyList<RankedNode> Items);

internal sealed record RankedNode(GraphNode Node, double Score);

/// <summary>Groups of nodes, the largest first.</summary>
/// <param name="Algorithm">What found them.</param>
/// <param name="Items">The groups.</param>
internal sealed record NodeGroups(string Algorithm, IReadOnlyList<GroupOfNodes> Items);

/// <summary>Nodes that belong together.</summary>
/// <param name="Size">How many they are.</param>
/// <param name="Members">The first of them by id, at most 20.</param>
internal sealed record GroupOfNodes(long Size, IReadOnlyList<GroupMember> Members);

internal sealed record GroupMember(string Id, IReadOnlyList<string> Labels, string? Name);
