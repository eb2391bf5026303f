using System.Text.Json.Nodes;

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
/// <param name="Category"><c>graph</c> or <c>threat_intel</c>.</param>
/// <param name="PermissionsRequired">Every permission that a caller needs.</param>
/// <param name="Parameters">JSON Schema (2020-12) of its arguments.</param>
internal sealed record ToolInfo(string ToolId, string Name, string Description, string Category, IReadOnlyList<string> PermissionsRequired, JsonObject Parameters);

/// <summary>What a tool brought back.</summary>
/// <param name="Data">The data; null when it failed or there is none.</param>
/// <param name="Rows">How many rows or objects.</param>
/// <param name="Error">Why it failed, in words for the user; null when it did not.</param>
internal sealed record ToolResult(JsonNode? Data, int Rows, string? Error = null)
{
    public static ToolResult Failed(string error) => new(null, 0, error);

    /// <summary>Nothing there: an answer, not a failure.</summary>
    public static readonly ToolResult Nothing = new(null, 0);
}
