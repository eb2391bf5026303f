using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Platform.Contracts;

namespace Platform.Agent.Chat;

/// <summary>
/// Streams an answer while it is made. A silent stream gets a comment; a client that goes away cancels the work; an
/// answer that takes too long ends with an error.
/// </summary>
internal sealed class ChatStream(AnswerTurn answers, IOptions<ChatOptions> options, TimeProvider clock)
{
    /// <summary>Events that may wait for a slow client before the work waits for it too.</summary>
    private const int Waiting = 256;

    public async Task WriteAsync(Turn turn, HttpContext http)
    {
        var response = http.Response;
        var frames = Frames.For(http.Request.Headers.Accept.ToString(), turn.AnswerId);
        response.ContentType = frames.ContentType;
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        response.Headers["X-Conversation-ID"] = turn.ConversationId.ToString("D");
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        using var limit = new CancellationTokenSource(options.Value.StreamLimit, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, http.RequestAborted);
        var events = Channel.CreateBounded<ChatEvent>(new BoundedChannelOptions(Waiting) { SingleReader = true, SingleWriter = true });
        await response.StartAsync(http.RequestAborted);
        var work = ProduceAsync(turn, events.Writer, stop.Token);
        try
        {
            await CopyAsync(events.Reader, frames, response, stop.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            frames.Write(response.BodyWriter, new ErrorEvent(ErrorCodes.UpstreamTimeout, "The answer took too long."));
            await response.BodyWriter.FlushAsync(http.RequestAborted);
        }
        finally
        {
            await stop.CancelAsync();
            await work;
        }
    }

    private async Task ProduceAsync(Turn turn, ChannelWriter<ChatEvent> events, CancellationToken ct)
    {
        try
        {
            await answers.RunAsync(turn, events, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Nobody listens any more; the turn has recorded itself as cancelled.
        }
        finally
        {
            events.Complete();
        }
    }

    private async Task CopyAsync(ChannelReader<ChatEvent> events, Frames frames, HttpResponse response, CancellationToken ct)
    {
        var more = events.WaitToReadAsync(ct).AsTask();
        while (true)
        {
            try
            {
                if (!await more.WaitAsync(options.Value.Heartbeat, clock, ct))
                {
                    return;
                }
            }
            catch (TimeoutException)
            {
                SseWriter.WriteComment(response.BodyWriter, "heartbeat");
                await response.BodyWriter.FlushAsync(ct);
                continue;
            }

            while (events.TryRead(out var chatEvent))
            {
                frames.Write(response.BodyWriter, chatEvent);
            }

            await response.BodyWriter.FlushAsync(ct);
            more = events.WaitToReadAsync(ct).AsTask();
        }
    }
}
