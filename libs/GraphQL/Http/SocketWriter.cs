using System.Net.WebSockets;
using System.Text.Json;

namespace Platform.GraphQL.Http;

/// <summary>Sends messages of many operations through one socket, one after another.</summary>
internal sealed class SocketWriter(WebSocket socket) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public Task SendAsync<T>(T message, CancellationToken ct) => SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), ct);

    /// <summary>Sends an answer, and tells how long it was.</summary>
    public Task<int> SendNextAsync(string id, ExecutionResult result, CancellationToken ct) => SendAsync(Message(id, "next", result.Write), ct);

    public Task SendErrorsAsync(string id, IReadOnlyList<GraphQLError> errors, CancellationToken ct) =>
        SendAsync(Message(id, "error", writer => ResultWriter.Write(writer, errors)), ct);

    /// <summary>Says why the socket is closed. Who does not read is not waited for.</summary>
    public async Task CloseAsync(int status, string reason)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _turn.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync((WebSocketCloseStatus)status, reason, patience.Token);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // It closed by itself.
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static byte[] Message(string id, string type, Action<Utf8JsonWriter> payload)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, ResultWriter.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("id", id);
            writer.WriteString("type", type);
            writer.WritePropertyName("payload");
            payload(writer);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private async Task<int> SendAsync(byte[] message, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            if (socket.State == WebSocketState.Open)
            {
                // A message that was begun is finished: half of one would end the socket for all operations.
                await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            }

            return message.Length;
        }
        finally
        {
            _turn.Release();
        }
    }
}
