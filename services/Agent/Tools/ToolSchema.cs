using System.Text.Json.Nodes;

namespace Platform.Agent.Tools;

/// <summary>Builds the JSON Schema of a tool's arguments.</summary>
internal static class ToolSchema
{
    public static JsonObject Object(params (string Name, JsonObject Schema, bool Required)[] members)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var (name, schema, isRequired) in members)
        {
            properties[name] = schema;
            if (isRequired)
            {
                required.Add((JsonNode)name);
            }
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required, ["additionalProperties"] = false };
    }

    public static JsonObject Text(string description, int maxLength = 200) =>
        new() { ["type"] = "string", ["description"] = description, ["minLength"] = 1, ["maxLength"] = maxLength };

    public static JsonObject Integer(string description, int from, int to, int fallback) =>
        new() { ["type"] = "integer", ["description"] = description, ["minimum"] = from, ["maximum"] = to, ["default"] = fallback };

    public static JsonObject Texts(string description, int maxItems, int minItems = 1) => new()
    {
        ["type"] = "array",
        ["description"] = description,
        ["minItems"] = minItems,
        ["maxItems"] = maxItems,
        ["items"] = new JsonObject { ["type"] = "string" },
    };

    public static JsonObject OneOf(string description, params ReadOnlySpan<string> values)
    {
        var options = new JsonArray();
        foreach (var value in values)
        {
            options.Add((JsonNode)value);
        }

        return new JsonObject { ["type"] = "string", ["description"] = description, ["enum"] = options };
    }

    public static JsonObject Rows(string description, int maxItems, int minItems = 1) => new()
    {
        ["type"] = "array",
        ["description"] = description,
        ["minItems"] = minItems,
        ["maxItems"] = maxItems,
        ["items"] = new JsonObject { ["type"] = "object" },
    };

    public static JsonObject Map(string description) => new() { ["type"] = "object", ["description"] = description };
}
