using System.Text.Json;
using Platform.Agent.Planning;
using Platform.Agent.Storage;
using Platform.ServiceDefaults;

namespace Platform.Agent.Chat;

/// <summary>What each event of an answer is called and holds in the typed profile, over SSE and WebSocket alike.</summary>
internal static class TypedEvents
{
    public static StreamedEvent Of(ChatEvent chatEvent) => chatEvent switch
    {
        StatusEvent e => Event("status", new { state = e.State }),
        PlanEvent e => Event("plan", new { summary = e.Summary, plan = JsonSerializer.SerializeToElement<Plan>(e.Plan, Json.Options) }),
        ToolCallEvent e => Event("tool_call", new { id = e.Id, tool = e.Tool, arguments = e.Arguments }),
        ToolResultEvent e => Event("tool_result", new { id = e.Id, tool = e.Tool, rows = e.Rows, duration_ms = e.DurationMs, error = e.Error }),
        TableEvent e => Event("table", new { columns = e.Columns, rows = e.Rows }),
        ChartEvent e => Event("chart", new { spec = e.Spec }),
        ConfirmationEvent e => Event("confirmation", new { action_id = e.ActionId, tool = e.Tool, arguments = e.Arguments }),
        TextEvent e => Event("text_delta", new { delta = e.Delta }),
        CitationEvent e => Event("citation", e.Citation),
        UsageEvent e => Event("usage", new { planner = e.Planner, tool_calls = e.ToolCalls, duration_ms = e.DurationMs, input_tokens = e.InputTokens, output_tokens = e.OutputTokens }),
        DoneEvent e => Event("done", new { conversation_id = e.ConversationId, message_id = e.MessageId, status = e.Status }),
        ErrorEvent e => Event("error", new { code = e.Code, message = e.Message }),
        RepeatedEvent e => e.Event,
        _ => throw new InvalidOperationException($"{chatEvent.GetType().Name} has no frame."),
    };

    private static StreamedEvent Event<T>(string name, T data) => new(name, JsonSerializer.SerializeToElement(data, Json.Options));
}
