using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Platform.Benchmarks.Streams;

/// <summary>
/// Opens streams of incidents at a gateway, and reads them until it is disposed of. They are bare sockets, each with a buffer
/// and one loop: ten thousand ordinary clients would take more of the machine than the gateway that is measured on it.
/// </summary>
internal sealed class StreamConnections(Uri gateway, string token) : IDisposable
{
    private readonly List<Socket> _sockets = [];

    /// <summary>Opens a stream of one group's incidents; it tells from now on.</summary>
    public async Task<StreamListener> OpenAsync(string group, bool bySocket, IncidentPublisher publisher, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        lock (_sockets)
        {
            _sockets.Add(socket);
        }

        await socket.ConnectAsync(IPAddress.Parse(gateway.Host), gateway.Port, ct);
        var listener = new StreamListener(group, publisher);
        StreamFraming framing = bySocket ? new SocketFraming(socket) : new EventFraming();
        await socket.SendAsync(Encoding.ASCII.GetBytes(bySocket ? SocketHead() : EventsHead(group)), ct);
        await framing.ReceiveHeadAsync(socket, bySocket ? "HTTP/1.1 101 " : "HTTP/1.1 200 ", ct);
        if (bySocket)
        {
            await socket.SendAsync(SocketFraming.Said(JsonSerializer.SerializeToUtf8Bytes(new { topics = new[] { "incidents" }, filter = new { title = group } })), ct);
        }

        var ready = new TaskCompletionSource();
        var reading = ReadAsync(socket, framing, listener, ready);
        await (await Task.WhenAny(ready.Task, reading)).WaitAsync(ct);
        return listener;
    }

    public void Dispose() => _sockets.ForEach(static s => s.Dispose());

    /// <summary>The first message says that the stream is ready. A stream that ends hears no more, and shows in what is lost.</summary>
    private static async Task ReadAsync(Socket socket, StreamFraming framing, StreamListener listener, TaskCompletionSource ready)
    {
        try
        {
            do
            {
                while (framing.TryTake(out var message))
                {
                    listener.Hear(message);
                    ready.TrySetResult();
                }
            }
            while (await framing.ReceiveAsync(socket, CancellationToken.None));
            ready.TrySetException(new IOException("A stream ended before it was ready."));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
        {
            ready.TrySetException(exception);
        }
    }

    private string EventsHead(string group) =>
        $"GET /api/v2/stream?topics=incidents&filter.title={Uri.EscapeDataString(group)} HTTP/1.1\r\nHost: {gateway.Authority}\r\nAuthorization: Bearer {token}\r\n\r\n";

    private string SocketHead() =>
        $"GET /ws HTTP/1.1\r\nHost: {gateway.Authority}\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Convert.ToBase64String(RandomNumberGenerator.GetBytes(16))}\r\n\r\n";
}
