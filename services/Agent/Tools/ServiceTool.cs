using System.Text;
using System.Text.Json.Nodes;
using Platform.Agent.Upstream;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Tools;

/// <summary>Shared by the tools that are one call of a service: what its refusals mean to the user.</summary>
internal static class ServiceTool
{
    public static async Task<ToolResult> CallAsync(
        PlatformServices services, string service, HttpMethod method, string path, JsonNode? body, Func<JsonNode, int> rows, CancellationToken ct)
    {
        return Of(await services.ReadAsync(service, method, path, body, ct), rows);
    }

    public static ToolResult Of(ServiceAnswer answer, Func<JsonNode, int> rows) => answer switch
    {
        { Ok: true, Body: { } data } => new ToolResult(data, rows(data)),
        { Ok: true } => ToolResult.Nothing,
        { Status: 404 } => ToolResult.Nothing,
        { Status: 401 } => ToolResult.Failed("Your session has ended.", ErrorCodes.AuthFailed),
        { Status: 403 } => ToolResult.Failed("You do not have the permission for this.", ErrorCodes.InsufficientPermissions),
        { Status: 409 } => ToolResult.Failed(Detail(answer.Body) ?? "The data has changed meanwhile.", ErrorCodes.Conflict),
        { Status: 400 or 422 } => ToolResult.Failed(Detail(answer.Body) ?? "The data refused the query.", ErrorCodes.ValidationError),
        { Status: 429 } => ToolResult.Failed("Too many requests at once; try again in a moment.", ErrorCodes.RateLimitExceeded),
        { Status: 504 } => ToolResult.Failed("The data did not answer in time.", ErrorCodes.UpstreamTimeout),
        _ => ToolResult.Failed("The data cannot be reached right now."),
    };

    public static ToolResult Unreachable(UpstreamException exception) => exception.Failure == UpstreamFailure.Timeout
        ? ToolResult.Failed("The data did not answer in time.", ErrorCodes.UpstreamTimeout)
        : ToolResult.Failed("The data cannot be reached right now.");

    /// <summary>The arguments as a query string, but for one that is part of the path.</summary>
    public static string Query(JsonObject arguments, string? except = null)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in arguments)
        {
            if (name != except && value is not null)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value.ToString()));
            }
        }

        return query.ToString();
    }

    public static int Items(JsonNode data, string member) => data[member] is JsonArray items ? items.Count : 0;

    /// <summary>Why: v2 answers with a problem document, whatever is between services with the envelope of v1.</summary>
    private static string? Detail(JsonNode? answer) => (answer?["detail"] ?? answer?["error"]?["message"])?.GetValue<string>();
}
