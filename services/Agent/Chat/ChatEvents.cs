using System.Text.Json.Nodes;
using Platform.Agent.Planning;
using Platform.Agent.Storage;

namespace Platform.Agent.Chat;

/// <summary>Something that happened while a question was answered, in order; the typed stream sends each as an event.</summary>
internal abstract record ChatEvent;

/// <summary>
/// The work went on to another stage: <c>planning</c>, <c>running</c>, <c>fallback</c> (from the model to the built-in planner); or began anew (<c>restarted</c>): what came before
/// does not count.
/// </summary>
internal sealed record StatusEvent(string State) : ChatEvent;

/// <summary>What was understood.</summary>
internal sealed record PlanEvent(Plan Plan, string Summary) : ChatEvent;

/// <summary>A tool is called.</summary>
internal sealed record ToolCallEvent(string Id, string Tool, JsonObject Arguments) : ChatEvent;

/// <summary>A tool answered.</summary>
internal sealed record ToolResultEvent(string Id, string Tool, int Rows, double DurationMs, string? Error) : ChatEvent;

/// <summary>The next piece of the answer's text.</summary>
internal sealed record TextEvent(string Delta) : ChatEvent;

/// <summary>Where a marked figure comes from.</summary>
internal sealed record CitationEvent(Citation Citation) : ChatEvent;

/// <summary>Rows that the answer rests on, for showing.</summary>
internal sealed record TableEvent(IReadOnlyList<string> Columns, JsonArray Rows) : ChatEvent;

/// <summary>A picture of rows, as a Vega-Lite specification (version 5) with its data in it.</summary>
internal sealed record ChartEvent(JsonObject Spec) : ChatEvent;

/// <summary>A change that waits until the user says yes.</summary>
internal sealed record ConfirmationEvent(Guid ActionId, string Tool, JsonObject Arguments) : ChatEvent;

/// <summary>What the answer took; tokens only where a model made it.</summary>
internal sealed record UsageEvent(string Planner, int ToolCalls, double DurationMs, long? InputTokens = null, long? OutputTokens = null) : ChatEvent;

/// <summary>An event that was sent before, to a connection that broke.</summary>
internal sealed record RepeatedEvent(StreamedEvent Event) : ChatEvent;

/// <summary>The answer is complete and stored.</summary>
internal sealed record DoneEvent(Guid ConversationId, Guid MessageId, AnswerStatus Status) : ChatEvent;

/// <summary>The answer ends here, without being complete.</summary>
internal sealed record ErrorEvent(string Code, string Message) : ChatEvent;
