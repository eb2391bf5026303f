using System.Text.Json.Nodes;

namespace Platform.Agent.Tools;

/// <summary>Specifications of Vega-Lite (version 5) with their data in them: a client draws them without asking anybody.</summary>
internal static class Charts
{
    public const string Schema = "https://vega.github.io/schema/vega-lite/v5.json";

    /// <param name="kind">bar, line, area, point or pie.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="rows">The data: objects.</param>
    /// <param name="x">The member along the one axis; of a pie, what its slices are.</param>
    /// <param name="y">The member along the other; of a pie, how large they are.</param>
    /// <param name="color">The member that tells series apart.</param>
    public static JsonObject Of(string kind, string? title, JsonArray rows, string x, string y, string? color = null)
    {
        var along = new JsonObject { ["field"] = Field(x), ["type"] = TypeOf(rows, x) };
        var height = new JsonObject { ["field"] = Field(y), ["type"] = "quantitative" };
        var encoding = kind == "pie" ? new JsonObject { ["theta"] = height, ["color"] = along }
            // Names are read best from left to right, in the order of the rows.
            : kind == "bar" && along["type"]!.GetValue<string>() == "nominal" ? new JsonObject { ["y"] = Unsorted(along), ["x"] = height }
            : new JsonObject { ["x"] = along, ["y"] = height };
        if (color is not null && kind != "pie")
        {
            encoding["color"] = new JsonObject { ["field"] = Field(color), ["type"] = "nominal" };
        }

        var spec = new JsonObject
        {
            ["$schema"] = Schema,
            ["data"] = new JsonObject { ["values"] = rows.DeepClone() },
            ["mark"] = new JsonObject { ["type"] = kind == "pie" ? "arc" : kind, ["tooltip"] = true },
            ["encoding"] = encoding,
        };
        if (title is not null)
        {
            spec["title"] = title;
        }

        return spec;
    }

    private static JsonObject Unsorted(JsonObject axis)
    {
        axis["sort"] = null;
        return axis;
    }

    /// <summary>Dots and brackets in a field would be read as a path.</summary>
    private static string Field(string name) => name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(".", "\\.", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);

    private static string TypeOf(JsonArray rows, string member)
    {
        foreach (var row in rows)
        {
            switch (row?[member])
            {
                case null:
                    continue;
                case JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.Number:
                    return "quantitative";
                case JsonValue value when value.TryGetValue<string>(out var text) && text.Length >= 7 && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _):
                    return "temporal";
                default:
                    return "nominal";
            }
        }

        return "nominal";
    }
}

/// <summary>Makes a chart of rows.</summary>
internal sealed class RenderChartTool : ITool
{
    public ToolInfo Info { get; } = new(
        ToolIds.RenderChart, "Draw a chart", "Makes a Vega-Lite specification of rows that another tool brought back.", "presentation", [],
        ToolSchema.Object(
            ("kind", ToolSchema.OneOf("What kind of chart.", "bar", "line", "area", "point", "pie"), true),
            ("title", ToolSchema.Text("What it shows."), false),
            ("rows", ToolSchema.Rows("The data.", 500), true),
            ("x", ToolSchema.Text("The member along the one axis."), true),
            ("y", ToolSchema.Text("The member along the other."), true),
            ("color", ToolSchema.Text("The member that tells series apart."), false)));

    public string Source => AgentSetup.ServiceName;

    public Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct)
    {
        var rows = (JsonArray)arguments["rows"]!;
        var spec = Charts.Of(Text("kind")!, Text("title"), rows, Text("x")!, Text("y")!, Text("color"));
        return Task.FromResult(new ToolResult(spec, rows.Count));

        string? Text(string name) => arguments[name]?.GetValue<string>();
    }
}
