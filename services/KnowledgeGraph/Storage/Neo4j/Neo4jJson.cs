using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace Platform.KnowledgeGraph.Storage.Neo4j;

/// <summary>
/// Typed JSON of the Query API (<c>{"$type":"Integer","_value":"5"}</c>), both ways: plain JSON would make no difference between 5 and 5.0.
/// </summary>
internal static class Neo4jJson
{
    private const int MaxDepth = 32;

    /// <summary>
    /// The body of a request. Servers of 2025 and later end a transaction after <c>maxExecutionTime</c>, in whole seconds; Neo4j 5 knows the
    /// member and does nothing about it, so that there <c>db.transaction.timeout</c> must be set.
    /// </summary>
    public static byte[] Request(string statement, IReadOnlyDictionary<string, object?>? parameters, bool isRead, TimeSpan timeout)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = 256 }))
        {
            writer.WriteStartObject();
            writer.WriteString("statement", statement);
            writer.WriteString("accessMode", isRead ? "READ" : "WRITE");
            writer.WriteNumber("maxExecutionTime", Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds)));
            writer.WriteStartObject("parameters");
            foreach (var (name, value) in parameters ?? new Dictionary<string, object?>())
            {
                writer.WritePropertyName(name);
                Write(writer, value, 0);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>One typed value: null, bool, long, double, string, list, map, <see cref="Neo4jNode"/>, <see cref="Neo4jEdge"/> or <see cref="Neo4jPath"/>.</summary>
    public static object? Read(JsonElement typed)
    {
        var value = typed.GetProperty("_value");
        return typed.GetProperty("$type").GetString() switch
        {
            "Null" => null,
            "Boolean" => value.ValueKind == JsonValueKind.String ? value.GetString() == "true" : value.GetBoolean(),
            "Integer" => long.Parse(value.GetString()!, CultureInfo.InvariantCulture),
            "Float" => double.Parse(value.GetString()!, CultureInfo.InvariantCulture),
            "List" => value.EnumerateArray().Select(Read).ToArray(),
            "Map" => Properties(value),
            "Node" => NodeOf(value),
            "Relationship" => EdgeOf(value),
            "Path" => new Neo4jPath([.. value.EnumerateArray().Select(Read)]),
            _ => value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText(),
        };
    }

    private static Neo4jNode NodeOf(JsonElement value) => new(
        value.GetProperty("_element_id").GetString()!, [.. value.GetProperty("_labels").EnumerateArray().Select(l => l.GetString()!)], PropertiesOf(value));

    private static Neo4jEdge EdgeOf(JsonElement value) => new(
        value.GetProperty("_start_node_element_id").GetString()!,
        value.GetProperty("_end_node_element_id").GetString()!,
        value.GetProperty("_type").GetString()!,
        PropertiesOf(value));

    private static Dictionary<string, object?> PropertiesOf(JsonElement value) => value.TryGetProperty("_properties", out var properties) ? Properties(properties) : [];

    private static Dictionary<string, object?> Properties(JsonElement value)
    {
        var properties = new Dictionary<string, object?>();
        foreach (var property in value.EnumerateObject())
        {
            properties[property.Name] = Read(property.Value);
        }

        return properties;
    }

    private static void Write(Utf8JsonWriter writer, object? value, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new ArgumentException("A parameter is nested too deeply.");
        }

        switch (value)
        {
            case null:
                Scalar(writer, "Null", null);
                break;
            case string text:
                Scalar(writer, "String", text);
                break;
            case bool truth:
                writer.WriteStartObject();
                writer.WriteString("$type", "Boolean");
                writer.WriteBoolean("_value", truth);
                writer.WriteEndObject();
                break;
            case int or long or short or byte:
                Scalar(writer, "Integer", Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
                break;
            case double or float:
                Scalar(writer, "Float", Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture));
                break;
            case JsonElement element:
                Write(writer, FromJson(element), depth);
                break;
            case IReadOnlyDictionary<string, object?> map:
                Map(writer, map, depth);
                break;
            case IReadOnlyDictionary<string, JsonElement> map:
                Map(writer, map.Select(p => KeyValuePair.Create(p.Key, (object?)p.Value)), depth);
                break;
            case IEnumerable list:
                writer.WriteStartObject();
                writer.WriteString("$type", "List");
                writer.WriteStartArray("_value");
                foreach (var item in list)
                {
                    Write(writer, item, depth + 1);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
                break;
            default:
                throw new ArgumentException($"A parameter of type {value.GetType().Name} has no form in a request.");
        }
    }

    private static void Map(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, object?>> map, int depth)
    {
        writer.WriteStartObject();
        writer.WriteString("$type", "Map");
        writer.WriteStartObject("_value");
        foreach (var (key, value) in map)
        {
            writer.WritePropertyName(key);
            Write(writer, value, depth + 1);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Scalar(Utf8JsonWriter writer, string type, string? value)
    {
        writer.WriteStartObject();
        writer.WriteString("$type", type);
        writer.WriteString("_value", value);
        writer.WriteEndObject();
    }

    private static object? FromJson(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole,
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.Array => value.EnumerateArray().Select(i => (object?)i).ToArray(),
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value),
        _ => null,
    };
}

internal sealed record Neo4jNode(string ElementId, IReadOnlyList<string> Labels, IReadOnlyDictionary<string, object?> Properties);

internal sealed record Neo4jEdge(string Source, string Target, string Type, IReadOnlyDictionary<string, object?> Properties);

/// <summary>Nodes and relationships in turn.</summary>
internal sealed record Neo4jPath(IReadOnlyList<object?> Items);
