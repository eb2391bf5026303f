using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Platform.Gateway.Authentication;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Revocation;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Streaming;

/// <summary>
/// One WebSocket: a credential in the handshake, in a subprotocol (<c>bearer.…</c>) or in the first message, then a
/// subscription, then events.
/// </summary>
internal sealed class SocketSession(StreamAdmission admission, StreamHub hub, StreamLog log, OpenStreams open, TimeProvider clock)
{
    private const string Protocol = "platform.v1";
    private const string BearerProtocol = "bearer.";
    private const int LongestMessage = 16 * 1024;
    private static readonly TimeSpan FirstWord = TimeSpan.FromSeconds(10);

    public async Task RunAsync(HttpContext context)
    {
        var ct = context.RequestAborted;
        var offered = context.WebSockets.WebSocketRequestedProtocols;
        var token = offered.FirstOrDefault(p => p.StartsWith(BearerProtocol, StringComparison.Ordinal))?[BearerProtocol.Length..];
        var known = GatewayRequest.Of(context).Credential is { Tenant: not null } sent ? sent : null;
        if (token is not null && known is null)
        {
            var (credential, fault) = await admission.AdmitAsync(context, token);
            if (fault is not null)
            {
                await FaultWriter.WriteAsync(context, fault);
                return;
            }

            known = credential;
        }

        // The token is never echoed: what is answered is the protocol's name, where it was offered.
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = offered.Contains(Protocol) ? Protocol : null,
            KeepAliveInterval = TimeSpan.FromSeconds(15),
            KeepAliveTimeout = TimeSpan.FromSeconds(15),
        });
        try
        {
            await TalkAsync(context, socket, known, ct);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client went, or was sent away.
        }
    }

    private async Task TalkAsync(HttpContext context, WebSocket socket, Credential? credential, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(FirstWord, clock);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        if (credential is null)
        {
            if (await ReceiveAsync(socket, waiting.Token) is not { } first || !first.TryGetProperty("token", out var token) || token.ValueKind != JsonValueKind.String)
            {
                await CloseAsync(socket, "The first message must hold a token.");
                return;
            }

            var (admitted, fault) = await admission.AdmitAsync(context, token.GetString()!);
            if (admitted is null)
            {
                await CloseAsync(socket, fault!.Message);
                return;
            }

            credential = admitted;
            if (first.TryGetProperty("topics", out _))
            {
                await ListenAsync(context, socket, credential, first, ct);
                return;
            }
        }

        if (await ReceiveAsync(socket, waiting.Token) is { } subscription)
        {
            await ListenAsync(context, socket, credential, subscription, ct);
        }
    }

    private async Task ListenAsync(HttpContext context, WebSocket socket, Credential credential, JsonElement subscription, CancellationToken ct)
    {
        using var watched = open.Add(context, credential);
        if (!TryRead(subscription, credential, out var interest, out var why))
        {
            await CloseAsync(socket, why);
            return;
        }

        var listener = new Listener(credential, interest, context.Abort);
        if (await hub.JoinAsync(listener, ct) is not { } joined)
        {
            await CloseAsync(socket, "The stream of events cannot be told right now.", WebSocketCloseStatus.EndpointUnavailable);
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        // Once for the stream: a send that might be cancelled costs a registration each time.
        using var aborting = ending.Token.UnsafeRegister(static s => ((WebSocket)s!).Abort(), socket);
        var reading = ReadOnAsync(socket, listener, ending);
        try
        {
            long? since = subscription.TryGetProperty("since", out var number) && number.TryGetInt64(out var value) ? value : null;
            await new StreamWriter(listener, log, happened => SendAsync(socket, happened), (_, json) => SendAsync(socket, Encoding.UTF8.GetBytes(json)), static () => ValueTask.CompletedTask)
                .RunAsync(joined.Last, since, ending.Token);
            await CloseAsync(socket, "Come back with the number of the last event.", WebSocketCloseStatus.EndpointUnavailable);
        }
        finally
        {
            await hub.LeaveAsync(listener, CancellationToken.None);
            await ending.CancelAsync();
            await reading;
        }
    }

    /// <summary>Later messages replace the subscription; the end of the client's side ends the stream.</summary>
    private async Task ReadOnAsync(WebSocket socket, Listener listener, CancellationTokenSource ending)
    {
        try
        {
            while (await ReceiveAsync(socket, ending.Token) is { } message)
            {
                if (TryRead(message, listener.Credential, out var interest, out _))
                {
                    await hub.ChangeInterestAsync(listener, interest, ending.Token);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
        }

        await ending.CancelAsync();
    }

    /// <summary>Pings are the protocol's own, so that beats of the hub are not for here.</summary>
    private static ValueTask SendAsync(WebSocket socket, StreamEvent happened) =>
        happened.Sequence == 0 ? ValueTask.CompletedTask : SendAsync(socket, happened.Message);

    private static ValueTask SendAsync(WebSocket socket, byte[] message) =>
        socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private static bool TryRead(JsonElement subscription, Credential credential, out Interest interest, out string why)
    {
        (interest, why) = (null!, "");
        if (!subscription.TryGetProperty("topics", out var named) || named.ValueKind != JsonValueKind.Array)
        {
            why = "A subscription names topics.";
            return false;
        }

        var topics = named.EnumerateArray().Select(static t => t.ToString()).ToHashSet(StringComparer.Ordinal);
        if (StreamEndpoints.CheckTopics(topics, credential) is { } fault)
        {
            why = fault.Errors?["topics"][0] is { } message ? "topics " + message : fault.Message;
            return false;
        }

        var filter = new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);
        if (subscription.TryGetProperty("filter", out var fields) && fields.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in fields.EnumerateObject())
            {
                filter[field.Name] = field.Value.ValueKind == JsonValueKind.Array
                    ? field.Value.EnumerateArray().Select(static v => v.ToString()).ToHashSet(StringComparer.Ordinal)
                    : new HashSet<string>(StringComparer.Ordinal) { field.Value.ToString() };
            }
        }

        if (StreamEndpoints.CheckFilter(filter) is { } wrong)
        {
            why = "filter " + wrong;
            return false;
        }

        interest = new Interest(credential.Caller.Clearance, topics, filter);
        return true;
    }

    /// <summary>The next JSON object; null when the other side has closed, or said something else.</summary>
    private static async Task<JsonElement?> ReceiveAsync(WebSocket socket, CancellationToken ct)
    {
        // Most wait here for good: without a buffer until something comes.
        await socket.ReceiveAsync(Memory<byte>.Empty, ct);
        var buffer = ArrayPool<byte>.Shared.Rent(LongestMessage);
        try
        {
            var length = 0;
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(length, LongestMessage - length), ct);
                length += received.Count;
                if (received.MessageType != WebSocketMessageType.Text || (length == LongestMessage && !received.EndOfMessage))
                {
                    return null;
                }

                if (received.EndOfMessage)
                {
                    var message = JsonElement.Parse(buffer.AsSpan(0, length));
                    return message.ValueKind == JsonValueKind.Object ? message : null;
                }
            }
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task CloseAsync(WebSocket socket, string why, WebSocketCloseStatus status = WebSocketCloseStatus.PolicyViolation)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await socket.CloseOutputAsync(status, why.Length > 120 ? why[..120] : why, patience.Token);
    }
}
