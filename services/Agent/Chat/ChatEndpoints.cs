using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Platform.Agent.Storage;
using Platform.Contracts;
using Platform.Contracts.Gateway;
using Platform.ServiceDefaults;

namespace Platform.Agent.Chat;

/// <summary>Questions and their answers.</summary>
internal static class ChatEndpoints
{
    public static IEndpointRouteBuilder MapChat(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/agent").WithTags("agent").RequirePermission(Permissions.UseChat);
        group.MapPost("/chat_sse", StreamAsync).Unwrapped()
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .WithSummary("Ask a question and follow the answer as it is made")
            .WithDescription("""
                Server-sent events. By default the frames `data: {"content":…}` … `data: {"done":true}`, a failure as `data: {"error":…}`. With
                `Accept: text/event-stream; profile=v2` typed events with ids: status, plan, tool_call, tool_result, table, chart, confirmation, text_delta,
                citation, usage, done, error; the same request with the `Last-Event-ID` of the last of them goes on after it.
                A comment every 15 s keeps the stream open; it ends after 300 s. `X-Conversation-ID` names the conversation.
                """);
        group.MapPost("/chat_poll", PollAsync)
            .WithSummary("Ask a question and wait for the whole answer")
            .WithDescription("At most 60 s. `metadata` holds the SQL and the Cypher that were run, the rows behind the answer and the citations.");
        group.MapGet("/chat_ws", SocketAsync).Unwrapped()
            .Produces(StatusCodes.Status101SwitchingProtocols)
            .WithSummary("Ask questions over a WebSocket")
            .WithDescription("""
                Send `{"message":…,"conversation_id":…}`, or `{"last_event_id":…}` to go on after a break; every event of the answer comes as
                `{"id":…,"event":…,"data":…}`. `{"cancel":true}` stops the answer at work. Limits as for `chat_sse`, counted apart.
                """);
        return api;
    }

    private static async Task<Results<EmptyHttpResult, FaultResult>> SocketAsync(ChatSocket chat, HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            return Faults.Malformed("Open a WebSocket here (RFC 6455).");
        }

        await chat.RunAsync(http);
        return TypedResults.Empty;
    }

    private static async Task StreamAsync(Body<ChatRequest> body, OpenTurn open, ResumeTurn resume, ChatStream stream, HttpContext http)
    {
        // Whatever refuses the question does so here, while the answer can still have a status of its own.
        if (Frames.AsksForTyped(http.Request.Headers.Accept.ToString()) && LastEventId.Of(http.Request) is { } last)
        {
            await stream.ResumeAsync(await resume.RunAsync(last, LimitedRoutes.ChatSse, http.RequestAborted), http);
            return;
        }

        await stream.WriteAsync(await open.RunAsync(body.Value, LimitedRoutes.ChatSse, streamed: true, http.RequestAborted), http);
    }

    private static async Task<Ok<ChatResponse>> PollAsync(
        Body<ChatRequest> body, OpenTurn open, AnswerTurn answers, IOptions<ChatOptions> options, TimeProvider clock, HttpContext http)
    {
        using var limit = new CancellationTokenSource(options.Value.PollLimit, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, http.RequestAborted);
        var events = Channel.CreateUnbounded<ChatEvent>();
        Turn turn;
        Answer answer;
        try
        {
            turn = await open.RunAsync(body.Value, LimitedRoutes.ChatPoll, streamed: false, stop.Token);
            answer = await answers.RunAsync(turn, new AnswerEvents(events.Writer), stop.Token);
            http.RequestAborted.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            throw TooLong();
        }

        if (limit.IsCancellationRequested && answer.Status == AnswerStatus.Cancelled)
        {
            throw TooLong();
        }

        while (events.Reader.TryRead(out var chatEvent))
        {
            if (chatEvent is ErrorEvent error)
            {
                throw new FaultException(new Fault(error.Code, error.Message));
            }
        }

        http.Response.Headers["X-Conversation-ID"] = turn.ConversationId.ToString("D");
        return TypedResults.Ok(ChatResponse.From(turn, answer));
    }

    private static FaultException TooLong() => new(new Fault(ErrorCodes.UpstreamTimeout, "The answer took too long.", RetryAfter: TimeSpan.FromSeconds(5)));
}

/// <summary>A whole answer.</summary>
/// <param name="Response">The text.</param>
/// <param name="ConversationId">The conversation it is part of.</param>
/// <param name="ToolsUsed">Every tool that was called, once each.</param>
/// <param name="ExecutionTimeMs">How long it took.</param>
/// <param name="Metadata">What stands behind it.</param>
internal sealed record ChatResponse(string Response, Guid ConversationId, IReadOnlyList<string> ToolsUsed, double ExecutionTimeMs, ChatMetadata Metadata)
{
    internal static ChatResponse From(Turn turn, Answer answer)
    {
        var tools = new List<string>();
        foreach (var call in answer.Session.Calls)
        {
            if (!tools.Contains(call.Tool))
            {
                tools.Add(call.Tool);
            }
        }

        return new ChatResponse(
            answer.Session.Text,
            turn.ConversationId,
            tools,
            answer.DurationMs,
            new ChatMetadata(turn.AnswerId, answer.Status.ToString().ToLowerInvariant(), answer.Session.Sql, answer.Session.Cypher, answer.Session.Rows, answer.Session.Citations));
    }
}

/// <summary>The evidence of an answer.</summary>
/// <param name="MessageId">The stored answer.</param>
/// <param name="Status">answered, refused, unclear or failed.</param>
/// <param name="Sql">The first query of tables that was run.</param>
/// <param name="Cypher">The first graph query that was run.</param>
/// <param name="Rows">The rows that the answer rests on, the first hundred.</param>
/// <param name="Citations">Which tool call each mark in the text stands for.</param>
internal sealed record ChatMetadata(Guid MessageId, string Status, string? Sql, string? Cypher, JsonArray? Rows, IReadOnlyList<Citation> Citations);
