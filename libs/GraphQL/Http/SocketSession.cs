using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Platform.GraphQL.Http;

/// <summary>One WebSocket of graphql-transport-ws: its handshake, and any number of operations by their ids.</summary>
internal sealed class SocketSession(WebSocket socket, HttpContext context, GraphQLEngine engine, GraphQLHttpOptions options) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
    private readonly SocketWriter _writer = new(socket);
    private readonly Dictionary<string, (CancellationTokenSource Stop, Task Work)> _operations = new(StringComparer.Ordinal);
    private RequestScope? _scope;
    private bool _isInitialised;

    public async Task RunAsync()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var deadline = new CancellationTokenSource(options.ConnectTimeout, options.Time);
        await using var late = deadline.Token.Register(() => _ = _isInitialised ? Task.CompletedTask : CloseAsync(4408, "Connection initialisation timeout"));
        try
        {
            while (await ReceiveAsync(buffer) is { } message)
            {
                await HandleAsync(message);
            }
        }
        catch (SocketClosedException closed)
        {
            await CloseAsync(closed.Status, closed.Message);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The client is away; there is nobody to tell.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        Task[] open;
        lock (_operations)
        {
            open = [.. _operations.Values.Select(o => o.Work)];
        }

        await Task.WhenAll(open);
        _ended.Dispose();
        _writer.Dispose();
    }

    private async Task<JsonElement?> ReceiveAsync(ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.GetMemory(4096), _ended.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await CloseAsync(1000, "");
                return null;
            }

            buffer.Advance(received.Count);
            if (received.MessageType != WebSocketMessageType.Text || buffer.WrittenCount > options.MaxBody)
            {
                throw new SocketClosedException(4400, "Invalid message received");
            }

            if (received.EndOfMessage)
            {
                return Parse(buffer.WrittenSpan);
            }
        }
    }

    private static JsonElement Parse(ReadOnlySpan<byte> message)
    {
        try
        {
            return JsonElement.Parse(message);
        }
        catch (JsonException)
        {
            throw new SocketClosedException(4400, "Invalid message received");
        }
    }

    private async Task HandleAsync(JsonElement message)
    {
        switch (Text(message, "type"))
        {
            case "connection_init":
                await InitialiseAsync(Payload(message));
                break;
            case "ping":
                await _writer.SendAsync(new { type = "pong" }, _ended.Token);
                break;
            case "pong":
                break;
            case "subscribe" when Text(message, "id") is { Length: > 0 } id:
                Subscribe(id, message);
                break;
            case "complete" when Text(message, "id") is { Length: > 0 } id:
                await StopAsync(id);
                break;
            default:
                throw new SocketClosedException(4400, "Invalid message received");
        }
    }

    private async Task InitialiseAsync(JsonElement? payload)
    {
        if (_isInitialised)
        {
            throw new SocketClosedException(4429, "Too many initialisation requests");
        }

        _isInitialised = true;
        _scope = options.Connect is { } connect ? await connect(context, payload, _ended.Token) : options.Scope(context);
        if (_scope is null)
        {
            throw new SocketClosedException(4403, "Forbidden");
        }

        await _writer.SendAsync(new { type = "connection_ack" }, _ended.Token);
    }

    private void Subscribe(string id, JsonElement message)
    {
        if (_scope is not { } scope)
        {
            throw new SocketClosedException(4401, "Unauthorized");
        }

        RequestParameters parameters;
        try
        {
            parameters = RequestParameters.Of(Payload(message) ?? default);
        }
        catch (FormatException)
        {
            throw new SocketClosedException(4400, "Invalid message received");
        }

        lock (_operations)
        {
            if (_operations.ContainsKey(id))
            {
                throw new SocketClosedException(4409, id.Length > 60 ? "Subscriber already exists" : $"Subscriber for {id} already exists");
            }

            if (_operations.Count >= options.MaxOperations)
            {
                throw new SocketClosedException(4429, "Too many operations");
            }

            var stop = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
            // It takes its place before it runs, and gives it up when it is done.
            _operations.Add(id, (stop, Task.Run(() => RunAsync(id, parameters, scope, stop), CancellationToken.None)));
        }
    }

    private async Task RunAsync(string id, RequestParameters parameters, RequestScope scope, CancellationTokenSource stop)
    {
        try
        {
            var errors = await StreamAsync(id, parameters, scope, stop.Token);
            if (Forget(id) && errors is null)
            {
                await _writer.SendAsync(new { id, type = "complete" }, _ended.Token);
            }
            else if (errors is not null)
            {
                await _writer.SendErrorsAsync(id, errors, _ended.Token);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // Completed by the client, or the client is away.
        }
        catch (Exception thrown)
        {
            scope.Faulted?.Invoke(thrown, null);
            await _writer.SendErrorsAsync(id, [new GraphQLError("Internal server error.") { Code = "INTERNAL_SERVER_ERROR" }], _ended.Token);
        }
        finally
        {
            Forget(id);
            stop.Dispose();
        }
    }

    /// <summary>Sends the answers; the errors of an operation that gives none.</summary>
    private async Task<IReadOnlyList<GraphQLError>?> StreamAsync(string id, RequestParameters parameters, RequestScope scope, CancellationToken ct)
    {
        var (text, refusal) = await options.Persisted.ResolveAsync(parameters, ct);
        if (text is null)
        {
            return [refusal!];
        }

        var admitted = engine.Admit(new GraphQLRequest(text, parameters.OperationName, parameters.Variables), scope);
        if (admitted.IsAdmitted && options.Admit is { } admit && await admit(context, admitted, ct) is { } denied)
        {
            return [denied];
        }

        var (stream, refused) = await engine.SubscribeAsync(admitted, scope, ct);
        if (refused is not null)
        {
            return refused.Errors;
        }

        await foreach (var result in stream!.WithCancellation(ct))
        {
            await _writer.SendNextAsync(id, result, ct);
        }

        return null;
    }

    private bool Forget(string id)
    {
        lock (_operations)
        {
            return _operations.Remove(id);
        }
    }

    private async Task StopAsync(string id)
    {
        (CancellationTokenSource Stop, Task Work) operation;
        lock (_operations)
        {
            if (!_operations.Remove(id, out operation))
            {
                return;
            }
        }

        try
        {
            await operation.Stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }
    }

    private async Task CloseAsync(int status, string reason)
    {
        await _writer.CloseAsync(status, reason);
        // To cancel a receive is to break the connection: first the client gets a moment to read why.
        _ended.CancelAfter(TimeSpan.FromSeconds(5));
    }

    private static string? Text(JsonElement message, string name) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement? Payload(JsonElement message) => message.TryGetProperty("payload", out var payload) && payload.ValueKind == JsonValueKind.Object ? payload : null;
}

/// <summary>A socket that is to be closed, and why.</summary>
internal sealed class SocketClosedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
