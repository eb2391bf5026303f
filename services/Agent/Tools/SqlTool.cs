using System.Text.Json.Nodes;
using Platform.Agent.Upstream;

namespace Platform.Agent.Tools;

/// <summary>One SELECT over the views that a service publishes of its tables; the service reads it first, and asks for each view's permission.</summary>
internal sealed class RunSqlTool(PlatformServices services) : ITool
{
    public ToolInfo Info { get; } = new(
        ToolIds.RunSql, "Query tables",
        "Runs one SELECT in PostgreSQL's SQL on a service's views: threatintel has indicators, objects, incidents; tenancy has usage, model_usage. Columns are the dimensions of the semantic layer.",
        "analytics", [Permissions.ReadThreatIntel],
        ToolSchema.Object(
            ("service", ToolSchema.OneOf("Whose views.", PlatformServices.ThreatIntel, PlatformServices.Tenancy), true),
            ("sql", ToolSchema.Text("The query.", 10_000), true),
            ("limit", ToolSchema.Integer("Rows at most.", 1, 1000, 100), false)));

    public string Source => PlatformServices.ThreatIntel;

    public async Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct)
    {
        var service = arguments["service"]!.GetValue<string>();
        var body = new JsonObject { ["sql"] = arguments["sql"]!.DeepClone(), ["limit"] = arguments["limit"]?.DeepClone() ?? 100 };
        var answer = await services.ReadAsync(service, HttpMethod.Post, "/internal/sql", body, ct);
        return ServiceTool.Of(answer, static data => ServiceTool.Items(data, "rows")) with { Source = service };
    }
}
