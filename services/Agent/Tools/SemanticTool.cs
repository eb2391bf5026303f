using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Agent.Semantics;
using Platform.Agent.Upstream;
using Platform.ServiceDefaults;

namespace Platform.Agent.Tools;

/// <summary>A typed plan over the semantic layer; the service that owns the entity asks for its permission.</summary>
internal sealed class RunSemanticQueryTool(SemanticLayer layer) : ITool
{
    public ToolInfo Info { get; } = new(
        ToolIds.RunSemanticQuery, "Count and group", "Counts, sums and trends by a typed plan over the semantic layer: measures by dimensions, filtered, over time. No query text.",
        "analytics", [],
        ToolSchema.Object(
            ("entity", ToolSchema.Text("The entity, such as indicators."), false),
            ("measures", ToolSchema.Texts("The measures.", 10), true),
            ("dimensions", ToolSchema.Texts("What they are split by.", 10, minItems: 0), false),
            ("filters", ToolSchema.Rows("Objects of field, op (equals, not_equals, contains, above, below, set, not_set) and values.", 10, minItems: 0), false),
            ("time", ToolSchema.Map("field, granularity (hour, day, week, month, quarter, year), from, to."), false),
            ("order", ToolSchema.Rows("Objects of field and descending.", 10, minItems: 0), false),
            ("limit", ToolSchema.Integer("Rows at most.", 1, 1000, 100), false)));

    public string Source => PlatformServices.ThreatIntel;

    public async Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct)
    {
        SemanticPlan? plan;
        try
        {
            plan = arguments.Deserialize<SemanticPlan>(Json.Options);
        }
        catch (JsonException)
        {
            return ToolResult.Failed("A part of the plan has the wrong type.", Contracts.ErrorCodes.ValidationError);
        }

        try
        {
            var (service, answer) = await layer.QueryAsync(plan!, ct);
            return ServiceTool.Of(answer, static data => ServiceTool.Items(data, "rows")) with { Source = service };
        }
        catch (FaultException exception)
        {
            return new ToolResult(null, 0, exception.Fault);
        }
    }
}
