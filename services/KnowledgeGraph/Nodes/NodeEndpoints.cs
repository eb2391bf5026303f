using Microsoft.AspNetCore.Http.HttpResults;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Nodes;

/// <summary>Nodes of the graph and their relationships.</summary>
internal static class NodeEndpoints
{
    private const string Write = "write:knowledge_graph";

    public static IEndpointRouteBuilder MapNodes(this IEndpointRouteBuilder api)
    {
        var nodes = api.MapGroup("/nodes").WithTags("Knowledge graph");
        nodes.MapGet("", ListNodes).WithPaging(defaultLimit: 10, maxLimit: 100);
        nodes.MapPost("", CreateNode).RequirePermission(Write).WithIdempotency();
        nodes.MapPost("/bulk", CreateNodes).RequirePermission(Write).WithIdempotency();
        nodes.MapGet("/{id}", GetNode);
        nodes.MapPatch("/{id}", ChangeNode).RequirePermission(Write);
        nodes.MapDelete("/{id}", DeleteNode).RequirePermission(Write).Audited("node_deleted", "node");
        nodes.MapGet("/{id}/relationships", ListRelationships).WithPaging(defaultLimit: 20, maxLimit: 500);
        nodes.MapPost("/{id}/relationships", ListRelationships).WithPaging(defaultLimit: 20, maxLimit: 500);
        return api;
    }

    /// <summary>Nodes, of one type where asked: by STIX type (<c>intrusion-set</c>) or label (<c>IntrusionSet</c>).</summary>
    private static async Task<Results<PageResult<GraphNode>, FaultResult>> ListNodes(PageRequest page, CallerGraph graph, CancellationToken ct, string? node_type = null)
    {
        var label = string.IsNullOrEmpty(node_type) ? Vocabulary.AnyObject : Vocabulary.ReadLabel(node_type);
        return (await new ListNodes(graph).RunAsync(label, page, ct)).ToResult();
    }

    /// <summary>One node.</summary>
    private static async Task<Results<Ok<GraphNode>, FaultResult>> GetNode(string id, CallerGraph graph, HttpResponse response, CancellationToken ct) =>
        await graph.NodeAsync(id, ct) is { } node ? Tagged(node, response) : Faults.NotFound("node");

    private static Ok<GraphNode> Tagged(GraphNode node, HttpResponse response)
    {
        response.SetETag(node.VersionOf());
        return TypedResults.Ok(node);
    }

    private static async Task<bool> IsAsReadAsync(HttpRequest request, string id, CallerGraph graph, CancellationToken ct) =>
        request.Headers.IfMatch.Count == 0 || await graph.NodeAsync(id, ct) is not { } node || request.IfMatch(node.VersionOf());

    /// <summary>Adds a node of the user's own.</summary>
    private static async Task<Results<Created<GraphNode>, FaultResult>> CreateNode(Body<CreateNode> body, WriteNodes write, HttpContext context, CancellationToken ct)
    {
        var (node, fault) = await write.CreateAsync(body.Value, ct);
        return fault is null ? TypedResults.Created($"{context.Request.Path.Value!.TrimEnd('/')}/{Uri.EscapeDataString(node!.Id)}", node) : fault;
    }

    /// <summary>Adds up to 1,000 nodes of the user's own: all or none.</summary>
    private static async Task<Results<Created<CreatedNodes>, FaultResult>> CreateNodes(Body<CreateNodes> body, WriteNodes write, HttpContext context, CancellationToken ct)
    {
        var (nodes, fault) = await write.CreateAsync(body.Value, ct);
        return fault is null ? TypedResults.Created(context.Request.Path.Value![..^"/bulk".Length], new CreatedNodes(nodes!)) : fault;
    }

    /// <summary>Changes a node of the user's own; 409 for one that comes from ThreatIntel.</summary>
    private static async Task<Results<Ok<GraphNode>, FaultResult>> ChangeNode(string id, Body<ChangeNode> body, WriteNodes write, CallerGraph graph, HttpContext context, CancellationToken ct)
    {
        if (!await IsAsReadAsync(context.Request, id, graph, ct))
        {
            return Faults.PreconditionFailed();
        }

        var (node, fault) = await write.ChangeAsync(id, body.Value, ct);
        return fault is null ? Tagged(node!, context.Response) : fault;
    }

    /// <summary>Removes a node of the user's own; 409 for one that comes from ThreatIntel.</summary>
    private static async Task<Results<NoContent, FaultResult>> DeleteNode(string id, WriteNodes write, CallerGraph graph, HttpRequest request, CancellationToken ct)
    {
        if (!await IsAsReadAsync(request, id, graph, ct))
        {
            return Faults.PreconditionFailed();
        }

        var fault = await write.DeleteAsync(id, ct);
        return fault is null ? TypedResults.NoContent() : fault;
    }

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
