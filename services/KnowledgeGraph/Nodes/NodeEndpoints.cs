using Microsoft.AspNetCore.Http.HttpResults;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Nodes;

/// <summary>Nodes of the graph and their relationships.</summary>
internal static class NodeEndpoints
{
    public static IEndpointRouteBuilder MapNodes(this IEndpointRouteBuilder api)
    {
        var nodes = api.MapGroup("/nodes").WithTags("Knowledge graph");
        nodes.MapGet("", ListNodes).WithPaging(defaultLimit: 10, maxLimit: 100);
        nodes.MapGet("/{id}", GetNode);
        nodes.MapGet("/{id}/relationships", ListRelationships).WithPaging(defaultLimit: 20, maxLimit: 500);
        nodes.MapPost("/{id}/relationships", ListRelationships).WithPaging(defaultLimit: 20, maxLimit: 500);
        return api;
    }

    /// <summary>Nodes, of one type where asked: by STIX type (<c>intrusion-set</c>) or label (<c>IntrusionSet</c>).</summary>
    private static async Task<Results<PageResult<GraphNode>, FaultResult>> ListNodes(PageRequest page, CallerGraph graph, CancellationToken ct, string? node_type = null)
    {
        var label = Vocabulary.AnyObject;
        if (!string.IsNullOrEmpty(node_type))
        {
            label = Vocabulary.IsIdentifier(node_type) && char.IsAsciiLetterUpper(node_type[0]) ? node_type : Vocabulary.LabelOf(node_type);
        }

        return (await new ListNodes(graph).RunAsync(label, page, ct)).ToResult();
    }

    /// <summary>One node.</summary>
    private static async Task<Results<Ok<GraphNode>, FaultResult>> GetNode(string id, CallerGraph graph, CancellationToken ct) =>
        await graph.NodeAsync(id, ct) is { } node ? TypedResults.Ok(node) : Faults.NotFound("node");

    /// <summary>The relationships of a node: those that start at it (<c>out</c>), end at it (<c>in</c>), or both.</summary>
    private static async Task<Results<PageResult<GraphRelationship>, FaultResult>> ListRelationships(
        string id, PageRequest page, CallerGraph graph, CancellationToken ct, string? relationship_type = null, string? direction = null)
    {
        if (direction is not (null or "" or "in" or "out" or "both"))
        {
            return Faults.Invalid("direction", "must be one of in, out, both");
        }

        var type = string.IsNullOrEmpty(relationship_type) ? null : Vocabulary.ReadType(relationship_type);
        if (await graph.NodeAsync(id, ct) is null)
        {
            return Faults.NotFound("node");
        }

        return (await new ListRelationships(graph).RunAsync(id, type, direction ?? "both", page, ct)).ToResult();
    }
}
