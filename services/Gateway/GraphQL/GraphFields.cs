using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>The knowledge graph: nodes, what is around them, ways between them, and recommendations.</summary>
internal static class GraphFields
{
    private const string Service = Upstreams.KnowledgeGraph;
    private const string Root = "/knowledge-graph";
    private const string Items = "/items";

    public static void AddGraph(this SchemaBuilder schema)
    {
        schema.Query(query =>
        {
            query.Field("graphNodes").Pages(Service, Root + "/nodes");
            query.Field("graphNode").Get(Service, Root + "/nodes/{id}");
            query.Field("graphRelationships").Pages(Service, Root + "/nodes/{id}/relationships", "id");
            query.Field("neighbors").Ask(Service, Root + "/neighbors");
            query.Field("path").Ask(Service, Root + "/path");
            query.Field("searchGraph").Ask(Service, Root + "/search", "items");
            query.Field("recommendations").Ask(Service, "/recommendations", "recommendations");
            query.Field("similarItems").Ask(Service, "/recommendations/similar-items", "recommendations");
            query.Field("items").Pages(Service, Items);
            query.Field("item").Get(Service, Items + "/{id}");
            query.Field("graphStats").Get(Service, Root + "/stats");
        });
        // Nodes of the user's own have ids of another form, and no threat object.
        schema.Object("GraphNode").Field("object").ResolveAsync(async context =>
            context.Text("id") is { } id && id.Contains("--", StringComparison.Ordinal) ? await context.LoadObjectAsync(id) : null);
        schema.Mutation(mutation =>
        {
            mutation.Field("createGraphNode").Create(Service, Root + "/nodes");
            mutation.Field("updateGraphNode").Update(Service, Root + "/nodes/{id}");
            mutation.Field("deleteGraphNode").Delete(Service, Root + "/nodes/{id}");
            mutation.Field("createGraphRelationship").Create(Service, Root + "/relationships");
            mutation.Field("deleteGraphRelationship").ResolveAsync(async context =>
            {
                await context.Api().ChangeAsync(HttpMethod.Delete, Service, Root + "/relationships" + context.Query(), null, null, context.CancellationToken);
                return true;
            });
            mutation.Field("putItems").Send(Service, Items);
            mutation.Field("deleteItem").Delete(Service, Items + "/{id}");
            mutation.Field("trackInteractions").Send(Service, "/interactions");
        });
    }
}
