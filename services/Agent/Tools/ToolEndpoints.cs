using Microsoft.AspNetCore.Http.HttpResults;

namespace Platform.Agent.Tools;

/// <summary>What the agent can do for the caller.</summary>
internal static class ToolEndpoints
{
    public static IEndpointRouteBuilder MapTools(this IEndpointRouteBuilder api)
    {
        api.MapGet("/agent/tools", List).WithTags("agent").WithSummary("List the agent's tools")
            .WithDescription("Only those that the caller's permissions cover; `parameters` is a JSON Schema.");
        return api;
    }

    private static Ok<IReadOnlyList<ToolInfo>> List(ToolRegistry tools) => TypedResults.Ok(tools.Available);
}
