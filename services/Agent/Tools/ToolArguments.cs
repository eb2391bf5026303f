using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Agent.Tools;

/// <summary>Checks arguments against the JSON Schema (2020-12) of a tool: the keywords that <see cref="ToolSchema"/> writes.</summary>
internal static class ToolArguments
{
    /// <summary>Every fault by its JSON path; empty when there is none.</summary>
    public static Dictionary<string, string[]> Check(JsonObject schema, JsonObject arguments)
    {
        var faults = new Dictionary<string, string[]>();
        Check(schema, arguments, "", faults);
        return faults;
    }

    private static void Check(JsonObject schema, JsonNode? value, string path, Dictionary<string, string[]> faults)
    {
        var type = schema["type"]?.GetValue<string>();
        var fault = type switch
        {
            "object" => value is JsonObject ? null : "must be an object",
            "array" => value is JsonArray items ? CountFault(schema, items) : "must be an array",
            "string" => value is JsonValue text && text.GetValueKind() == JsonValueKind.String ? TextFault(schema, text.GetValue<string>()) : "must be a string",
            "integer" => IsInteger(value, out var number) ? RangeFault(schema, number) : "must be an integer",
            "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? null : "must be true or false",
            _ => null,
        };
        if (fault is not null)
        {
            faults[path.Length == 0 ? "arguments" : path] = [fault];
            return;
        }

        if (value is JsonObject members)
        {
            CheckMembers(schema, members, path, faults);
        }
        else if (value is JsonArray array && schema["items"] is JsonObject each)
        {
            for (var i = 0; i < array.Count; i++)
            {
                Check(each, array[i], $"{path}[{i}]", faults);
            }
        }
    }

    private static void CheckMembers(JsonObject schema, JsonObject value, string path, Dictionary<string, string[]> faults)
    {
        var prefix = path.Length == 0 ? "" : path + ".";
        foreach (var required in schema["required"] as JsonArray ?? [])
        {
            var name = required!.GetValue<string>();
            if (value[name] is null)
            {
                faults[prefix + name] = ["is required"];
            }
        }

        if (schema["properties"] is not JsonObject properties)
        {
            return;
        }

        foreach (var (name, member) in value)
        {
            if (properties[name] is JsonObject known)
            {
                if (member is not null)
                {
                    Check(known, member, prefix + name, faults);
                }
            }
            else if (schema["additionalProperties"] is JsonValue)
            {
                faults[prefix + name] = ["is not known"];
            }
        }
    }

    private static string? CountFault(JsonObject schema, JsonArray items) =>
        items.Count < Number(schema, "minItems", 0) ? $"must have at least {schema["minItems"]} items"
        : items.Count > Number(schema, "maxItems", long.MaxValue) ? $"must have at most {schema["maxItems"]} items"
        : null;

    private static string? TextFault(JsonObject schema, string text) =>
        text.Length < Number(schema, "minLength", 0) ? "must not be empty"
        : text.Length > Number(schema, "maxLength", long.MaxValue) ? $"must have at most {schema["maxLength"]} characters"
        : text.Contains('\0', StringComparison.Ordinal) ? "must not hold the character U+0000"
        : schema["enum"] is JsonArray options && !options.Any(o => o!.GetValue<string>() == text) ? $"must be one of {string.Join(", ", options)}"
        : null;

    private static string? RangeFault(JsonObject schema, long number) =>
        number < Number(schema, "minimum", long.MinValue) || number > Number(schema, "maximum", long.MaxValue)
            ? $"must be between {schema["minimum"]} and {schema["maximum"]}"
            : null;

    private static long Number(JsonObject schema, string keyword, long fallback) => schema[keyword] is { } bound ? bound.GetValue<int>() : fallback;

    private static bool IsInteger(JsonNode? node, out long number)
    {
        number = 0;
        return node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && long.TryParse(value.ToJsonString(), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out number);
    }
}
