using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Chat;

/// <summary>
/// Makes an answer and hands its events on while they happen. A silent stream gets a heartbeat; a client that goes away
/// cancels the work; an answer that takes too long ends with an error.
/// </summary>
internal sealed class AnswerPump(AnswerTurn answers, RunningAnswers running, CallContext call, IOptions<ChatOptions> options, TimeProvider clock)
{
    /// <summary>Events that may wait for a slow client before the work waits for it too.</summary>
    private const int Waiting = 256;

    /// <param name="turn">The question.</param>
    /// <param name="anew">Whether nothing that was sent before is said again.</param>
    /// <param name="send">Hands events on to the client; none of them is a heartbeat.</param>
    /// <param name="gone">Cancelled when the client goes away.</param>
    public async Task RunAsync(Turn turn, bool anew, Func<IReadOnlyList<ChatEvent>, CancellationToken, ValueTask> send, CancellationToken gone)
    {
        using var limit = new CancellationTokenSource(options.Value.StreamLimit, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, gone);
        using var entry = running.Begin(turn.AnswerId, call, stop);
        var channel = Channel.CreateBounded<ChatEvent>(new BoundedChannelOptions(Waiting) { SingleReader = true, SingleWriter = true });
        var work = ProduceAsync(turn, channel.Writer, anew, stop.Token);
        try
        {
            await CopyAsync(channel.Reader, send, stop.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            await send([new ErrorEvent(ErrorCodes.UpstreamTimeout, "The answer took too long.")], gone);
        }
        finally
        {
            await stop.CancelAsync();
            await work;
        }
    }

    private async Task ProduceAsync(Turn turn, ChannelWriter<ChatEvent> channel, bool anew, CancellationToken ct)
    {
        try
        {
            await answers.RunAsync(turn, new AnswerEvents(channel, turn.Stream?.Events, anew), ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Nobody listens any more; the turn has recorded itself as cancelled.
        }
        finally
        {
            channel.Complete();
        }
    }

    private async Task CopyAsync(ChannelReader<ChatEvent> events, Func<IReadOnlyList<ChatEvent>, CancellationToken, ValueTask> send, CancellationToken ct)
    {
        var ready = new List<ChatEvent>();
        var more = events.WaitToReadAsync(ct).AsTask();
        while (true)
        {
            ready.Clear();
            try
            {
                if (!await more.WaitAsync(options.Value.Heartbeat, clock, ct))
                {
                    return;
                }
            }
            catch (TimeoutException)
            {
                await send(ready, ct);
                continue;
            }

            while (events.TryRead(out var chatEvent))
            {
                ready.Add(chatEvent);
            }

            await send(ready, ct);
            more = events.WaitToReadAsync(ct).AsTask();
        }
    }
}
