using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Mcp;

/// <summary>
/// The agent's tools for other agents: Model Context Protocol over streamable HTTP (specification 2025-06-18), without
/// sessions. The protocol is the official library's; here it meets HTTP, the registry and the caller's limits.
/// </summary>
internal static class McpEndpoints
{
    public static IEndpointRouteBuilder MapMcp(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("").WithTags("agent").RequirePermission(Permissions.UseChat).Unwrapped();
        group.MapPost("/mcp", PostAsync).Accepts<JsonObject>("application/json").Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .Produces(StatusCodes.Status202Accepted).WithSummary("Speak the Model Context Protocol")
            .WithDescription("Streamable HTTP without sessions: `initialize`, `tools/list`, `tools/call`, `ping`. The same tools, rights and limits as everywhere.");
        // The specification's answer of a server that opens no stream of its own and keeps no sessions.
        group.MapMethods("/mcp", [HttpMethods.Get, HttpMethods.Delete], static () => TypedResults.StatusCode(StatusCodes.Status405MethodNotAllowed)).ExcludeFromDescription();
        return api;
    }

    private static async Task PostAsync(HttpContext http, McpTools tools, ILoggerFactory loggers)
    {
        var message = await ReadAsync(http);
        var ct = http.RequestAborted;
        await using var transport = new StreamableHttpServerTransport(loggers) { Stateless = true };
        await using var server = McpServer.Create(transport, tools.Options(), loggers);
        var running = server.RunAsync(ct);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache,no-store";
        http.Response.Headers.ContentEncoding = "identity";
        if (!await transport.HandlePostRequestAsync(message, http.Response.Body, ct))
        {
            http.Response.ContentType = null;
            http.Response.StatusCode = StatusCodes.Status202Accepted;
        }

        await transport.DisposeAsync();
        await running;
    }

    private static async Task<JsonRpcMessage> ReadAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType())
        {
            throw new FaultException(new Fault(ErrorCodes.UnsupportedMediaType, "Send the message as application/json."));
        }

        try
        {
            return await JsonSerializer.DeserializeAsync<JsonRpcMessage>(http.Request.Body, McpJsonUtilities.DefaultOptions, http.RequestAborted)
                ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new FaultException(new Fault(ErrorCodes.MalformedRequest, "The body is no JSON-RPC message."));
        }
    }
}
