using Microsoft.AspNetCore.Http.HttpResults;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Relationships;

/// <summary>Relationships that users make.</summary>
internal static class RelationshipEndpoints
{
    private const string Write = "write:knowledge_graph";

    public static IEndpointRouteBuilder MapRelationships(this IEndpointRouteBuilder api)
    {
        var relationships = api.MapGroup("/relationships").WithTags("Knowledge graph");
        relationships.MapPost("", CreateRelationship).RequirePermission(Write).WithIdempotency();
        relationships.MapDelete("", DeleteRelationship).RequirePermission(Write).Audited("relationship_deleted", "relationship");
        return api;
    }

    /// <summary>Relates two nodes. The same again changes its properties: a relationship is known by source, type and target.</summary>
    private static async Task<Results<Created<GraphRelationship>, Ok<GraphRelationship>, FaultResult>> CreateRelationship(
        Body<CreateRelationship> body, WriteRelationships write, HttpContext context, CancellationToken ct)
    {
        var (relationship, created, fault) = await write.PutAsync(body.Value, ct);
        if (fault is not null)
        {
            return fault;
        }

        var nodes = context.Request.Path.Value![..^"/relationships".Length] + "/nodes/";
        return created ? TypedResults.Created($"{nodes}{Uri.EscapeDataString(relationship!.SourceId)}/relationships", relationship) : TypedResults.Ok(relationship!);
    }

    /// <summary>Removes what a user related; what is not there is gone already.</summary>
    private static async Task<Results<NoContent, FaultResult>> DeleteRelationship(
        string source_id, string type, string target_id, WriteRelationships write, CancellationToken ct)
    {
        var fault = await write.DeleteAsync(source_id, type, target_id, ct);
        return fault is null ? TypedResults.NoContent() : fault;
    }
}
