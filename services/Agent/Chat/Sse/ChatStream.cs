using Microsoft.AspNetCore.Http.Features;

namespace Platform.Agent.Chat;

/// <summary>Streams an answer as server-sent events while it is made, or what a client missed of one.</summary>
internal sealed class ChatStream(AnswerPump pump)
{
    public async Task WriteAsync(Turn turn, HttpContext http)
    {
        var frames = await StartAsync(turn, 0, http);
        await pump.RunAsync(turn, anew: true, (events, ct) => SendAsync(http.Response, frames, events, ct), http.RequestAborted);
    }

    public async Task ResumeAsync(ResumedTurn resumed, HttpContext http)
    {
        var frames = await StartAsync(resumed.Turn, resumed.Sent, http);
        foreach (var missed in resumed.Missed)
        {
            frames.Write(http.Response.BodyWriter, new RepeatedEvent(missed));
        }

        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        if (resumed.Rest != RestOfAnswer.None)
        {
            await pump.RunAsync(resumed.Turn, resumed.Rest == RestOfAnswer.Anew, (events, ct) => SendAsync(http.Response, frames, events, ct), http.RequestAborted);
        }
    }

    private static async Task<Frames> StartAsync(Turn turn, int sent, HttpContext http)
    {
        var response = http.Response;
        var frames = Frames.For(http.Request.Headers.Accept.ToString(), turn.AnswerId, sent);
        response.ContentType = frames.ContentType;
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        response.Headers["X-Conversation-ID"] = turn.ConversationId.ToString("D");
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(http.RequestAborted);
        return frames;
    }

    private static async ValueTask SendAsync(HttpResponse response, Frames frames, IReadOnlyList<ChatEvent> events, CancellationToken ct)
    {
        foreach (var chatEvent in events)
        {
            frames.Write(response.BodyWriter, chatEvent);
        }

        if (events.Count == 0)
        {
            SseWriter.WriteComment(response.BodyWriter, "heartbeat");
        }

        await response.BodyWriter.FlushAsync(ct);
    }
}
