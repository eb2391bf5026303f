using System.Buffers;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Platform.GraphQL.Http;

/// <summary>One WebSocket of graphql-transport-ws: its handshake, and any number of operations by their ids.</summary>
internal sealed class SocketSession : IAsyncDisposable
{
    private readonly WebSocket _socket;
    private readonly GraphQLEngine _engine;
    private readonly GraphQLHttpOptions _options;
    private readonly CancellationTokenSource _ended;
    private readonly CancellationTokenSource _closing;
    private readonly SocketWriter _writer;
    private readonly GraphQLSocket _public;
    private readonly Dictionary<string, CancellationTokenSource> _operations = new(StringComparer.Ordinal);
    private readonly List<Task> _work = [];
    private RequestScope? _scope;
    private bool _isInitialised;

    public SocketSession(WebSocket socket, HttpContext context, GraphQLEngine engine, GraphQLHttpOptions options)
    {
        (_socket, _engine, _options) = (socket, engine, options);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        _closing = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        _writer = new SocketWriter(socket);
        _public = new GraphQLSocket(context, CloseAsync, _ended.Token);
    }

    public async Task RunAsync()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var deadline = new CancellationTokenSource(_options.ConnectTimeout, _options.Time);
        await using var late = deadline.Token.Register(() => _ = _isInitialised ? Task.CompletedTask : CloseAsync(4408, "Connection initialisation timeout"));
        try
        {
            while (await ReceiveAsync(buffer) is { } message)
            {
                await HandleAsync(message, buffer.WrittenCount);
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
            open = [.. _work];
        }

        await Task.WhenAll(open);
        _closing.Dispose();
        _ended.Dispose();
        _writer.Dispose();
    }

    private async Task<JsonElement?> ReceiveAsync(ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer.GetMemory(4096), _ended.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await CloseAsync(1000, "");
                return null;
            }

            buffer.Advance(received.Count);
            if (received.MessageType != WebSocketMessageType.Text || buffer.WrittenCount > _options.MaxBody)
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

    private async Task HandleAsync(JsonElement message, int length)
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
                Subscribe(id, message, length);
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
        _scope = _options.Connect is { } connect ? await connect(_public, payload, _ended.Token) : _options.Scope(_public.Context);
        if (_scope is null)
        {
            throw new SocketClosedException(4403, "Forbidden");
        }

        await _writer.SendAsync(new { type = "connection_ack" }, _ended.Token);
    }

    private void Subscribe(string id, JsonElement message, int length)
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

            if (_operations.Count >= _options.MaxOperations)
            {
                throw new SocketClosedException(4429, "Too many operations");
            }

            if (_closing.IsCancellationRequested)
            {
                return;
            }

            var stop = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            // It takes its place before it runs, and gives it up when it is done.
            _operations.Add(id, stop);
            _work.RemoveAll(static w => w.IsCompleted);
            _work.Add(Task.Run(() => RunAsync(id, parameters, length, scope, stop), CancellationToken.None));
        }
    }

    private async Task RunAsync(string id, RequestParameters parameters, int length, RequestScope scope, CancellationTokenSource stop)
    {
        try
        {
            var errors = await OutcomeAsync(id, parameters, length, scope, stop.Token);
            var isOpen = Forget(id, stop);
            if (errors is { Count: > 0 })
            {
                await _writer.SendErrorsAsync(id, errors, _ended.Token);
            }
            else if (errors is not null && isOpen)
            {
                await _writer.SendAsync(new { id, type = "complete" }, _ended.Token);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // The client is away; there is nobody to tell.
        }
        finally
        {
            Forget(id, stop);
            stop.Dispose();
        }
    }

    /// <summary>Answers to the end, and accounts for it; the errors where there are no answers. Null when it was cut off.</summary>
    private async Task<IReadOnlyList<GraphQLError>?> OutcomeAsync(string id, RequestParameters parameters, int length, RequestScope scope, CancellationToken ct)
    {
        var answers = new Answers(Stopwatch.GetTimestamp());
        IReadOnlyList<GraphQLError>? errors = null;
        try
        {
            errors = await StreamAsync(id, parameters, scope, answers, ct);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // Completed by the client, or the client is away, or the stream was cut off, and then the socket is.
        }
        catch (Exception thrown)
        {
            scope.Faulted?.Invoke(thrown, null);
            errors = [new GraphQLError("Internal server error.") { Code = "INTERNAL_SERVER_ERROR" }];
        }

        _options.Done?.Invoke(_public, new SocketOperation(
            answers.Kind, errors is { Count: > 0 } ? ResponseForms.StatusOf(errors[0].Code) : StatusCodes.Status200OK, answers.Took ?? Stopwatch.GetElapsedTime(answers.Asked), length, answers.Sent));
        return errors;
    }

    /// <summary>Sends the answers; the errors of an operation that gives none.</summary>
    private async Task<IReadOnlyList<GraphQLError>> StreamAsync(string id, RequestParameters parameters, RequestScope scope, Answers answers, CancellationToken ct)
    {
        var (text, refusal) = await _options.Persisted.ResolveAsync(parameters, ct);
        if (text is null)
        {
            return [refusal!];
        }

        var admitted = _engine.Admit(new GraphQLRequest(text, parameters.OperationName, parameters.Variables), scope);
        if (admitted.IsAdmitted)
        {
            answers.Kind = admitted.Kind;
            await _options.Persisted.RememberAsync(parameters, ct);
            if (_options.Admit is { } admit && await admit(_public.Context, admitted, ct) is { } denied)
            {
                return [denied];
            }
        }

        var (stream, refused) = await _engine.SubscribeAsync(admitted, scope, ct);
        if (refused is not null)
        {
            return refused.Errors;
        }

        await foreach (var result in stream!.WithCancellation(ct))
        {
            answers.Sent += await _writer.SendNextAsync(id, result, ct);
            answers.Took ??= Stopwatch.GetElapsedTime(answers.Asked);
        }

        return [];
    }

    /// <summary>Whether the operation was still there: its id may be another's by now.</summary>
    private bool Forget(string id, CancellationTokenSource stop)
    {
        lock (_operations)
        {
            return _operations.TryGetValue(id, out var known) && known == stop && _operations.Remove(id);
        }
    }

    private async Task StopAsync(string id)
    {
        CancellationTokenSource? operation;
        lock (_operations)
        {
            if (!_operations.Remove(id, out operation))
            {
                return;
            }
        }

        try
        {
            await operation.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }
    }

    private async Task CloseAsync(int status, string reason)
    {
        try
        {
            // To cancel a receive is to break the connection: first the client gets a moment to read why.
            _ended.CancelAfter(TimeSpan.FromSeconds(5));
            await _closing.CancelAsync();
            await _writer.CloseAsync(status, reason);
        }
        catch (ObjectDisposedException)
        {
            // It is over.
        }
    }

    private static string? Text(JsonElement message, string name) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement? Payload(JsonElement message) => message.TryGetProperty("payload", out var payload) && payload.ValueKind == JsonValueKind.Object ? payload : null;

    /// <summary>What became of an operation.</summary>
    private sealed class Answers(long asked)
    {
        public long Asked { get; } = asked;

        public OperationKind? Kind { get; set; }

        public TimeSpan? Took { get; set; }

        public long Sent { get; set; }
    }
}

/// <summary>A socket that is to be closed, and why.</summary>
internal sealed class SocketClosedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
