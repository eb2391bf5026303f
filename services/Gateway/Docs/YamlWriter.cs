using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Gateway.Docs;

/// <summary>
/// Writes JSON as YAML 1.2 in block style. Texts are double-quoted, which in YAML is a superset of JSON's strings, so
/// that none of them can be read as something else.
/// </summary>
internal static class YamlWriter
{
    private static readonly JsonSerializerOptions Strings = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonNode node)
    {
        var text = new StringBuilder();
        Write(text, node, 0, startsLine: true);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node, int indent, bool startsLine)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                var first = startsLine;
                foreach (var (key, value) in map)
                {
                    text.Append(' ', first ? 0 : indent).Append(JsonSerializer.Serialize(key, Strings)).Append(':');
                    first = false;
                    WriteValue(text, value, indent);
                }

                break;
            case JsonArray { Count: > 0 } list:
                var head = startsLine;
                foreach (var value in list)
                {
                    text.Append(' ', head ? 0 : indent).Append("- ");
                    head = false;
                    Write(text, value, indent + 2, startsLine: true);
                }

                break;
            default:
                text.Append(Scalar(node)).Append('\n');
                break;
        }
    }

    private static void WriteValue(StringBuilder text, JsonNode? value, int indent)
    {
        if (value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            text.Append('\n');
            Write(text, value, indent + 2, startsLine: false);
            return;
        }

        text.Append(' ').Append(Scalar(value)).Append('\n');
    }

    private static string Scalar(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        _ => node.ToJsonString(Strings),
    };
}
