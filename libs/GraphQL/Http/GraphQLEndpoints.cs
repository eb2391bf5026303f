using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Platform.GraphQL.Http;

/// <summary>GraphQL on a path: GET and POST, server-sent events, WebSocket.</summary>
public static class GraphQLEndpoints
{
    /// <summary>Maps all of it. WebSockets need <c>UseWebSockets</c> in the pipeline.</summary>
    public static IEndpointConventionBuilder MapGraphQL(this IEndpointRouteBuilder endpoints, string pattern, GraphQLEngine engine, GraphQLHttpOptions? options = null)
    {
        var handler = new GraphQLHandler(engine, options ?? new GraphQLHttpOptions());
        return endpoints.Map(pattern, handler.HandleAsync).WithDisplayName("GraphQL");
    }
}
