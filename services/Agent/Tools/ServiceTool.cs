using System.Text.Json.Nodes;
using Platform.Agent.Upstream;

namespace Platform.Agent.Tools;

/// <summary>Shared by the tools that are one call of a service: what its refusals mean to the user.</summary>
internal static class ServiceTool
{
    public static async Task<ToolResult> CallAsync(
        PlatformServices services, string service, HttpMethod method, string path, JsonNode? body, Func<JsonNode, int> rows, CancellationToken ct)
    {
        var answer = await services.ReadAsync(service, method, path, body, ct);
        return answer switch
        {
            { Ok: true, Body: { } data } => new ToolResult(data, rows(data)),
            { Ok: true } => ToolResult.Nothing,
            { Status: 404 } => ToolResult.Nothing,
            { Status: 401 } => ToolResult.Failed("Your session has ended."),
            { Status: 403 } => ToolResult.Failed("You do not have the permission to read this."),
            { Status: 422 } => ToolResult.Failed(Detail(answer.Body) ?? "The data refused the query."),
            { Status: 429 } => ToolResult.Failed("Too many requests at once; try again in a moment."),
            { Status: 504 } => ToolResult.Failed("The data did not answer in time."),
            _ => ToolResult.Failed("The data cannot be reached right now."),
        };
    }

    public static int Items(JsonNode data, string member) => data[member] is JsonArray items ? items.Count : 0;

    private static string? Detail(JsonNode? problem) => problem?["detail"]?.GetValue<string>();
}
