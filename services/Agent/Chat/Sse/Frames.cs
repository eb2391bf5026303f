using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Platform.Agent.Planning;
using Platform.ServiceDefaults;

namespace Platform.Agent.Chat;

/// <summary>Turns chat events into frames of one of the two profiles.</summary>
internal abstract class Frames
{
    /// <summary>The profile that a client asks for with <c>Accept: text/event-stream; profile=v2</c>.</summary>
    public const string TypedProfile = "v2";

    public static Frames For(string accept, Guid answerId) => AsksForTyped(accept) ? new TypedFrames(answerId) : new SeedFrames();

    /// <summary>The content type that names the profile.</summary>
    public abstract string ContentType { get; }

    /// <summary>Writes the frame of an event; nothing where the profile has none for it.</summary>
    public abstract void Write(IBufferWriter<byte> output, ChatEvent chatEvent);

    protected static byte[] Body<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Json.Options);

    private static bool AsksForTyped(string accept)
    {
        foreach (var range in accept.Split(','))
        {
            if (Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(range, out var type)
                && type.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase))
            {
                foreach (var parameter in type.Parameters)
                {
                    if (parameter.Name.Equals("profile", StringComparison.OrdinalIgnoreCase)
                        && Microsoft.Net.Http.Headers.HeaderUtilities.RemoveQuotes(parameter.Value).Equals(TypedProfile, StringComparison.OrdinalIgnoreCase))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }
}

/// <summary>The seed contract: <c>data: {"content":…}</c> … <c>data: {"done":true}</c>, or <c>data: {"error":…}</c>.</summary>
internal sealed class SeedFrames : Frames
{
    public override string ContentType => "text/event-stream";

    public override void Write(IBufferWriter<byte> output, ChatEvent chatEvent)
    {
        switch (chatEvent)
        {
            case TextEvent text:
                SseWriter.WriteEvent(output, null, null, Body(new { content = text.Delta }));
                break;
            case DoneEvent:
                SseWriter.WriteEvent(output, null, null, Body(new { done = true }));
                break;
            case ErrorEvent error:
                SseWriter.WriteEvent(output, null, null, Body(new { error = error.Message }));
                break;
        }
    }
}

/// <summary>Typed events, each with an id <c>{answer}-{number}</c> that counts up from 1 without gaps.</summary>
internal sealed class TypedFrames(Guid answerId) : Frames
{
    private int _number;

    public override string ContentType => "text/event-stream; profile=v2";

    public override void Write(IBufferWriter<byte> output, ChatEvent chatEvent)
    {
        var (name, body) = chatEvent switch
        {
            StatusEvent e => ("status", Body(new { state = e.State })),
            PlanEvent e => ("plan", Body(new { summary = e.Summary, plan = JsonSerializer.SerializeToElement<Plan>(e.Plan, Json.Options) })),
            ToolCallEvent e => ("tool_call", Body(new { id = e.Id, tool = e.Tool, arguments = e.Arguments })),
            ToolResultEvent e => ("tool_result", Body(new { id = e.Id, tool = e.Tool, rows = e.Rows, duration_ms = e.DurationMs, error = e.Error })),
            TextEvent e => ("text_delta", Body(new { delta = e.Delta })),
            CitationEvent e => ("citation", Body(e.Citation)),
            UsageEvent e => ("usage", Body(new { planner = e.Planner, tool_calls = e.ToolCalls, duration_ms = e.DurationMs })),
            DoneEvent e => ("done", Body(new { conversation_id = e.ConversationId, message_id = e.MessageId, status = e.Status })),
            ErrorEvent e => ("error", Body(new { code = e.Code, message = e.Message })),
            _ => throw new InvalidOperationException($"{chatEvent.GetType().Name} has no frame."),
        };
        SseWriter.WriteEvent(output, string.Create(CultureInfo.InvariantCulture, $"{answerId:N}-{++_number}"), name, body);
    }
}
