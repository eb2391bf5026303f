using System.Net.WebSockets;
using System.Text.Json;

namespace Platform.Gateway.Tests.Support;

/// <summary>One end of graphql-transport-ws, message by message.</summary>
internal sealed class GraphQLSocketClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <summary>The headers of the handshake.</summary>
    public ClientWebSocketOptions Options => _socket.Options;

    /// <summary>What the server closed it with.</summary>
    public (int? Status, string? Reason) Closed => ((int?)_socket.CloseStatus, _socket.CloseStatusDescription);

    public void Dispose() => _socket.Dispose();

    public Task ConnectAsync(Uri gateway, CancellationToken ct)
    {
        _socket.Options.AddSubProtocol("graphql-transport-ws");
        return _socket.ConnectAsync(new UriBuilder(gateway) { Scheme = "ws", Path = "/graphql" }.Uri, ct);
    }

    /// <summary>Connects and waits for the acknowledgement, which is the answer.</summary>
    public async Task<JsonElement?> InitialiseAsync(Uri gateway, object? payload, CancellationToken ct)
    {
        await ConnectAsync(gateway, ct);
        await SayAsync(new { type = "connection_init", payload }, ct);
        return await HearAsync(ct);
    }

    public Task SubscribeAsync(string id, string query, CancellationToken ct) => SayAsync(new { id, type = "subscribe", payload = new { query } }, ct);

    public Task SayAsync(object message, CancellationToken ct) => _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, ct);

    /// <summary>The next message; null when the server has closed.</summary>
    public async Task<JsonElement?> HearAsync(CancellationToken ct)
    {
        for (var length = 0; ;)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(length), ct).AsTask().WaitAsync(Patience, ct);
            length += received.Count;
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (received.EndOfMessage)
            {
                return JsonElement.Parse(_buffer.AsSpan(0, length));
            }
        }
    }
}
