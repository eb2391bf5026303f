using System.Text.Json.Nodes;
using Platform.Agent.Upstream;

namespace Platform.Agent.Tools;

/// <summary>Writes a note about objects.</summary>
internal sealed class CreateNoteTool(PlatformServices services) : ITool
{
    public ToolInfo Info { get; } = new(
        ToolIds.CreateNote, "Write a note", "Writes a note about threat objects, in the user's name.", "write", [Permissions.WriteNotes],
        ToolSchema.Object(
            ("content", ToolSchema.Text("The note.", 20_000), true),
            ("abstract", ToolSchema.Text("Its heading.", 500), false),
            ("object_refs", ToolSchema.Texts("STIX ids of what it is about.", 100), true)))
    { Writes = true };

    public string Source => PlatformServices.ThreatIntel;

    public async Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct) =>
        ServiceTool.Of(await services.WriteAsync(Source, "/api/v2/threat-intel/notes", arguments.DeepClone(), Guid.NewGuid().ToString("N"), ct), static _ => 1);
}

/// <summary>Opens an incident.</summary>
internal sealed class OpenIncidentTool(PlatformServices services) : ITool
{
    public ToolInfo Info { get; } = new(
        ToolIds.OpenIncident, "Open an incident", "Opens an incident, in the user's name.", "write", [Permissions.WriteIncidents],
        ToolSchema.Object(
            ("title", ToolSchema.Text("What it is called.", 500), true),
            ("description", ToolSchema.Text("What happened.", 20_000), false),
            ("severity", ToolSchema.OneOf("How bad it is.", "low", "medium", "high", "critical"), false),
            ("object_refs", ToolSchema.Texts("STIX ids of what it is about.", 100), false)))
    { Writes = true };

    public string Source => PlatformServices.ThreatIntel;

    public async Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct) =>
        ServiceTool.Of(await services.WriteAsync(Source, "/api/v2/infrastructure/incidents", arguments.DeepClone(), Guid.NewGuid().ToString("N"), ct), static _ => 1);
}
