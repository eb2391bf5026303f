using System.Text.Json.Nodes;
using Platform.Agent.Planning;

namespace Platform.Agent.Storage;

/// <summary>What stands behind an answer.</summary>
/// <param name="Status">How the turn ended.</param>
/// <param name="Plan">The typed plan, if one was made: a follow-up starts from it.</param>
/// <param name="ToolCalls">Every call of a tool, in order.</param>
/// <param name="Citations">Which call each figure came from.</param>
internal sealed record MessageEvidence(
    AnswerStatus Status,
    Plan? Plan = null,
    IReadOnlyList<ToolCallRecord>? ToolCalls = null,
    IReadOnlyList<Citation>? Citations = null)
{
    public static readonly MessageEvidence None = new(AnswerStatus.None);
}

/// <summary>How a turn of the conversation ended.</summary>
internal enum AnswerStatus
{
    /// <summary>Not an answer: what the user wrote.</summary>
    None,

    /// <summary>Answered from tool results.</summary>
    Answered,

    /// <summary>Not understood, and said so.</summary>
    Refused,

    /// <summary>Could mean several things, and asked back.</summary>
    Unclear,

    /// <summary>A tool or the service failed.</summary>
    Failed,

    /// <summary>The client went away.</summary>
    Cancelled,
}

/// <summary>One call of a tool as it was made.</summary>
/// <param name="Id">Its name within the answer.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Arguments">What it was given.</param>
/// <param name="Rows">How many rows or objects came back.</param>
/// <param name="DurationMs">How long it took.</param>
/// <param name="Error">Why it failed, if it did.</param>
internal sealed record ToolCallRecord(string Id, string Tool, JsonObject Arguments, int Rows, double DurationMs, string? Error = null);

/// <summary>Where a figure of the answer comes from.</summary>
/// <param name="Number">The mark in the text, from 1.</param>
/// <param name="ToolCallId">The call that returned it.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Source">The service that owns the data.</param>
/// <param name="Rows">How many rows came back.</param>
internal sealed record Citation(int Number, string ToolCallId, string Tool, string Source, int Rows);
