using System.Text.Json.Nodes;
using Platform.Agent.Upstream;

namespace Platform.Agent.Tools;

/// <summary>Reports that ThreatIntel computes.</summary>
internal sealed class AnalyticsTool(PlatformServices services) : ITool
{
    private static readonly Dictionary<string, string> Paths = new()
    {
        ["overview"] = "overview",
        ["indicator_trend"] = "indicators/trend",
        ["top_actors"] = "actors/top",
        ["campaign_timeline"] = "campaigns/timeline",
        ["technique_prevalence"] = "techniques/prevalence",
        ["countries"] = "geo",
        ["severities"] = "severity-distribution",
        ["source_quality"] = "sources/quality",
        ["response_times"] = "mttr",
    };

    public ToolInfo Info { get; } = new(
        ToolIds.Analytics, "Read a report", "Reads one of the platform's reports: totals, trends, rankings, countries, severities, sources, response times.", "analytics", [Permissions.ReadThreatIntel],
        ToolSchema.Object(
            ("report", ToolSchema.OneOf("Which one.", [.. Paths.Keys]), true),
            ("granularity", ToolSchema.OneOf("Width of a point in time.", "hour", "day", "week", "month"), false),
            ("group_by", ToolSchema.OneOf("What a trend is split by.", "indicator_type", "severity", "source", "tlp"), false),
            ("from", ToolSchema.Text("Beginning, ISO 8601.", 40), false),
            ("to", ToolSchema.Text("End, ISO 8601.", 40), false),
            ("limit", ToolSchema.Integer("How many at most.", 1, 100, 10), false)));

    public string Source => PlatformServices.ThreatIntel;

    public Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct) => ServiceTool.CallAsync(
        services, Source, HttpMethod.Get, "/api/v2/analytics/" + Paths[arguments["report"]!.GetValue<string>()] + ServiceTool.Query(arguments, "report"), null, Rows, ct);

    private static int Rows(JsonNode data)
    {
        foreach (var (_, value) in data as JsonObject ?? [])
        {
            if (value is JsonArray items)
            {
                return items.Count;
            }
        }

        return 1;
    }
}

/// <summary>ATT&amp;CK as a matrix.</summary>
internal sealed class AttackMatrixTool(PlatformServices services) : ITool
{
    public ToolInfo Info { get; } = new(
        ToolIds.AttackMatrix, "Read the ATT&CK matrix", "Tactics with their techniques and how many actors use each: all actors, or one.", "analytics", [Permissions.ReadThreatIntel],
        ToolSchema.Object(
            ("domain", ToolSchema.OneOf("Which matrix.", "enterprise-attack", "mobile-attack", "ics-attack"), false),
            ("actor_id", ToolSchema.Text("STIX id of the one actor whose techniques count."), false)));

    public string Source => PlatformServices.ThreatIntel;

    public Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct) => ServiceTool.CallAsync(
        services, Source, HttpMethod.Get, "/api/v2/threat-intel/attack/matrix" + ServiceTool.Query(arguments), null, static data => ServiceTool.Items(data, "tactics"), ct);
}

/// <summary>What a user may want next.</summary>
internal sealed class RecommendTool(PlatformServices services) : ITool
{
    public ToolInfo Info { get; } = new(
        ToolIds.Recommend, "Recommend items", "Recommends items of the catalogue to a user, with reasons.", "graph", [Permissions.ReadGraph],
        ToolSchema.Object(("user_id", ToolSchema.Text("The user."), true), ("count", ToolSchema.Integer("How many.", 1, 100, 10), false)));

    public string Source => PlatformServices.KnowledgeGraph;

    public Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct) => ServiceTool.CallAsync(
        services, Source, HttpMethod.Post, "/api/v2/recommendations", arguments.DeepClone(), static data => ServiceTool.Items(data, "recommendations"), ct);
}
