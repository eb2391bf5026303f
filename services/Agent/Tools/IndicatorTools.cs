using System.Text.Json.Nodes;
using Platform.Agent.Upstream;

namespace Platform.Agent.Tools;

/// <summary>Exact look-up of observables among the indicators.</summary>
internal sealed class LookupObservablesTool(PlatformServices services) : ITool
{
    public ToolInfo Info { get; } = new(
        ToolIds.LookupObservables, "Look up observables", "Says which addresses, domains, URLs, hashes and e-mail addresses are known indicators; defanged spellings are understood.",
        "threat_intel", [Permissions.ReadThreatIntel],
        ToolSchema.Object(("values", ToolSchema.Texts("The observables.", 1000), true)));

    public string Source => PlatformServices.ThreatIntel;

    public Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct) => ServiceTool.CallAsync(
        services, Source, HttpMethod.Post, "/api/v2/threat-intel/indicators/lookup", arguments.DeepClone(), static data => ServiceTool.Items(data, "results"), ct);
}

/// <summary>Ranked search over the indicators.</summary>
internal sealed class SearchIndicatorsTool(PlatformServices services) : ITool
{
    public ToolInfo Info { get; } = new(
        ToolIds.SearchIndicators, "Search indicators", "Searches indicators by value, name, description and labels, ranked.", "threat_intel", [Permissions.ReadThreatIntel],
        ToolSchema.Object(
            ("search_query", ToolSchema.Text("What to search for.", 500), true),
            ("limit", ToolSchema.Integer("How many at most.", 1, 100, 20), false)));

    public string Source => PlatformServices.ThreatIntel;

    public Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct) => ServiceTool.CallAsync(
        services, Source, HttpMethod.Post, "/api/v2/threat-intel/indicators/search", arguments.DeepClone(),
        static data => Math.Max(ServiceTool.Items(data, "items"), ServiceTool.Items(data, "results")), ct);
}
