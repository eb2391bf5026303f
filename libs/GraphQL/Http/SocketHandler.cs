using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Platform.GraphQL.Http;

/// <summary>Opens WebSockets of the subprotocol graphql-transport-ws.</summary>
internal sealed class SocketHandler(GraphQLEngine engine, GraphQLHttpOptions options)
{
    private const string Protocol = "graphql-transport-ws";

    public async Task HandleAsync(HttpContext context)
    {
        var speaks = context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = speaks ? Protocol : null,
            KeepAliveInterval = options.KeepAlive,
            KeepAliveTimeout = options.KeepAlive,
        });
        if (!speaks)
        {
            await socket.CloseOutputAsync((WebSocketCloseStatus)4406, "Subprotocol not acceptable", context.RequestAborted);
            return;
        }

        await using var session = new SocketSession(socket, context, engine, options);
        await session.RunAsync();
    }
}
