using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using System.Text.Json;

namespace Platform.Benchmarks.Streams;

/// <summary>Opens streams of incidents at a gateway, and reads them until it is disposed of.</summary>
internal sealed class StreamConnections : IDisposable
{
    private readonly Uri _gateway;
    private readonly string _token;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = int.MaxValue }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _ended = new();

    public StreamConnections(Uri gateway, string token) => (_gateway, _token) = (gateway, token);

    /// <summary>Opens a stream of one group's incidents; it tells from now on.</summary>
    public async Task<StreamListener> OpenAsync(string group, bool bySocket, IncidentPublisher publisher, CancellationToken ct)
    {
        var listener = new StreamListener(group, publisher);
        var ready = new TaskCompletionSource();
        var reading = bySocket ? ReadSocketAsync(listener, ready, _ended.Token) : ReadEventsAsync(listener, ready, _ended.Token);
        await (await Task.WhenAny(ready.Task, reading)).WaitAsync(ct);
        return listener;
    }

    public void Dispose()
    {
        _ended.Cancel();
        _http.Dispose();
        _ended.Dispose();
    }

    private async Task ReadEventsAsync(StreamListener listener, TaskCompletionSource ready, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_gateway, "/api/v2/stream?topics=incidents&filter.title=" + Uri.EscapeDataString(listener.Group)));
        request.Headers.Authorization = new("Bearer", _token);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        response.EnsureSuccessStatusCode();
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(ct);
            await foreach (var _ in SseParser.Create(body, (_, data) => Hear(data)).EnumerateAsync(ct))
            {
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Enough was read.
        }

        bool Hear(ReadOnlySpan<byte> data)
        {
            listener.Hear(data);
            return ready.TrySetResult();
        }
    }

    private async Task ReadSocketAsync(StreamListener listener, TaskCompletionSource ready, CancellationToken ct)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + _token);
        await socket.ConnectAsync(new UriBuilder(_gateway) { Scheme = "ws", Path = "/ws" }.Uri, ct);
        var subscription = JsonSerializer.SerializeToUtf8Bytes(new { topics = new[] { "incidents" }, filter = new { title = listener.Group } });
        await socket.SendAsync(subscription, WebSocketMessageType.Text, endOfMessage: true, ct);
        var buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), ct) is { MessageType: WebSocketMessageType.Text } received)
            {
                listener.Hear(buffer.AsSpan(0, received.Count));
                ready.TrySetResult();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Enough was read.
        }
    }
}
