using System.Text.Json.Nodes;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Tools;

/// <summary>Something the agent can do with the caller's rights. The registry checks the permission before every call.</summary>
internal interface ITool
{
    ToolInfo Info { get; }

    /// <summary>The service that owns the data; named in citations.</summary>
    string Source { get; }

    Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct);
}

/// <summary>A tool as clients see it.</summary>
/// <param name="ToolId">Its stable id.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Description">What it does.</param>
/// <param name="Category"><c>graph</c>, <c>threat_intel</c>, <c>analytics</c>, <c>write</c> or <c>presentation</c>.</param>
/// <param name="PermissionsRequired">Every permission that a caller needs.</param>
/// <param name="Parameters">JSON Schema (2020-12) of its arguments.</param>
internal sealed record ToolInfo(string ToolId, string Name, string Description, string Category, IReadOnlyList<string> PermissionsRequired, JsonObject Parameters)
{
    /// <summary>Whether it changes anything: in a conversation the user is asked first.</summary>
    public bool Writes { get; init; }
}

/// <summary>What a tool brought back.</summary>
/// <param name="Data">The data; null when it failed or there is none.</param>
/// <param name="Rows">How many rows or objects.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
internal sealed record ToolResult(JsonNode? Data, int Rows, Fault? Error = null)
{
    /// <summary>Nothing there: an answer, not a failure.</summary>
    public static readonly ToolResult Nothing = new(null, 0);

    /// <summary>The service that this came from, where the tool asks several.</summary>
    public string? Source { get; init; }

    /// <param name="message">Why, in words for the user.</param>
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    public static ToolResult Failed(string message, string code = ErrorCodes.UpstreamUnavailable) => new(null, 0, new Fault(code, message));
}
