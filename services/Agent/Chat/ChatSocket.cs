using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Platform.Contracts;
using Platform.Contracts.Gateway;
using Platform.ServiceDefaults;

namespace Platform.Agent.Chat;

/// <summary>
/// The chat over a WebSocket: each message of the client is a question as for <c>chat_sse</c>, each answer the typed
/// events as <c>{"id","event","data"}</c>, one a message. Questions are answered one after the other;
/// <c>{"cancel":true}</c> or closing stops the one at work.
/// </summary>
internal sealed class ChatSocket(IServiceScopeFactory scopes, CallContext call)
{
    private const string Endpoint = LimitedRoutes.ChatWs;
    private const int MaxMessage = 64 * 1024;
    private const int MaxWaiting = 8;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public async Task RunAsync(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = KeepAlive, KeepAliveTimeout = KeepAlive });
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var questions = Channel.CreateBounded<Asked>(MaxWaiting);
        var reading = ReadAsync(socket, questions.Writer, closed);
        try
        {
            await foreach (var asked in questions.Reader.ReadAllAsync(closed.Token))
            {
                await AnswerAsync(socket, asked, closed.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // The client is gone; what was at work has been stopped.
        }
        finally
        {
            await closed.CancelAsync();
            await reading;
        }
    }

    /// <summary>Reads while answers are made, so that a cancellation is heard.</summary>
    private static async Task ReadAsync(WebSocket socket, ChannelWriter<Asked> questions, CancellationTokenSource closed)
    {
        var buffer = new byte[MaxMessage];
        Asked? last = null;
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), closed.Token);
                    length += part.Count;
                }
                while (!part.EndOfMessage && length < buffer.Length && part.MessageType == WebSocketMessageType.Text);

                if (part.MessageType != WebSocketMessageType.Text || !part.EndOfMessage)
                {
                    await CloseAsync(socket, part, closed.Token);
                    return;
                }

                if (IsCancel(buffer.AsMemory(0, length)))
                {
                    last?.Stop.Cancel();
                    continue;
                }

                last = new Asked(buffer.AsMemory(0, length).ToArray(), CancellationTokenSource.CreateLinkedTokenSource(closed.Token));
                if (!questions.TryWrite(last))
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, "too many questions wait", closed.Token);
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // Closed without a word.
        }
        finally
        {
            questions.TryComplete();
            await closed.CancelAsync();
        }
    }

    private static Task CloseAsync(WebSocket socket, ValueWebSocketReceiveResult part, CancellationToken ct) => part.MessageType switch
    {
        WebSocketMessageType.Close => socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct),
        WebSocketMessageType.Binary => socket.CloseOutputAsync(WebSocketCloseStatus.InvalidMessageType, "text only", ct),
        _ => socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, "at most 64 KB", ct),
    };

    private static bool IsCancel(ReadOnlyMemory<byte> message)
    {
        try
        {
            using var document = JsonDocument.Parse(message);
            return document.RootElement is { ValueKind: JsonValueKind.Object } body && body.TryGetProperty("cancel", out var cancel) && cancel.ValueKind == JsonValueKind.True;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Each question has a scope of its own: the caller stays, what was read for the last one does not.</summary>
    private async Task AnswerAsync(WebSocket socket, Asked asked, CancellationToken closed)
    {
        using var stop = asked.Stop;
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(call.Caller);
        try
        {
            var request = Read(asked.Message);
            if (request.LastEventId is not null)
            {
                await ResumeAsync(socket, request.LastEventId, scope.ServiceProvider, stop.Token);
                return;
            }

            var turn = await scope.ServiceProvider.GetRequiredService<OpenTurn>().RunAsync(new ChatRequest(request.Message, request.ConversationId, request.Context), Endpoint, streamed: true, stop.Token);
            await PumpAsync(socket, scope.ServiceProvider, turn, sent: 0, anew: true, stop.Token);
        }
        catch (FaultException exception)
        {
            await SendAsync(socket, null, new ErrorEvent(exception.Fault.Code, exception.Fault.Message), closed);
        }
        catch (OperationCanceledException) when (!closed.IsCancellationRequested)
        {
            await SendAsync(socket, null, new StatusEvent("cancelled"), closed);
        }
    }

    private static async Task ResumeAsync(WebSocket socket, string lastEventId, IServiceProvider services, CancellationToken ct)
    {
        if (!LastEventId.TryParse(lastEventId, out var last))
        {
            throw new FaultException(Faults.ValidationFault("last_event_id", "must be the id of an event"));
        }

        var resumed = await services.GetRequiredService<ResumeTurn>().RunAsync(last, Endpoint, ct);
        var sent = resumed.Sent;
        foreach (var missed in resumed.Missed)
        {
            await SendAsync(socket, new LastEventId(last.AnswerId, ++sent), new RepeatedEvent(missed), ct);
        }

        if (resumed.Rest != RestOfAnswer.None)
        {
            await PumpAsync(socket, services, resumed.Turn, sent, resumed.Rest == RestOfAnswer.Anew, ct);
        }
    }

    private static Task PumpAsync(WebSocket socket, IServiceProvider services, Turn turn, int sent, bool anew, CancellationToken ct) => services.GetRequiredService<AnswerPump>().RunAsync(
        turn, anew,
        async (events, token) =>
        {
            foreach (var chatEvent in events)
            {
                await SendAsync(socket, new LastEventId(turn.AnswerId, ++sent), chatEvent, token);
            }
        }, ct);

    private static async ValueTask SendAsync(WebSocket socket, LastEventId? id, ChatEvent chatEvent, CancellationToken ct)
    {
        var (name, data) = TypedEvents.Of(chatEvent);
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new { id = id?.ToString(), @event = name, data }, Json.Options).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, ct);
    }

    private static SocketQuestion Read(byte[] message)
    {
        SocketQuestion? question;
        try
        {
            question = JsonSerializer.Deserialize<SocketQuestion>(message, Json.Options);
        }
        catch (JsonException)
        {
            throw new FaultException(new Fault(ErrorCodes.MalformedRequest, "A question is a JSON object with a message."));
        }

        if (question is null || (question.LastEventId is null && new ChatRequestValidator().Validate(new ChatRequest(question.Message, question.ConversationId, question.Context)) is { IsValid: false }))
        {
            throw new FaultException(Faults.ValidationFault("message", "must be a question of 1 to 8,000 characters, with the id of a conversation or none"));
        }

        return question;
    }

    private sealed record Asked(byte[] Message, CancellationTokenSource Stop);

    /// <summary>A question as it comes over the socket.</summary>
    private sealed record SocketQuestion(string? Message = null, string? ConversationId = null, JsonElement? Context = null, string? LastEventId = null);
}
