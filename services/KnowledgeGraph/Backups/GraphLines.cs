using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.KnowledgeGraph.Backups;

/// <summary>
/// One line of a part: where what follows belongs (<c>tenant</c>, then <c>level</c>, <c>catalogue</c> or <c>ledger</c>), or one thing in it.
/// </summary>
internal sealed record GraphLine(
    Guid? Tenant = null, string? Level = null, bool? Ledger = null, NodeLine? Node = null, EdgeLine? Edge = null, bool? Catalogue = null)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new Values() },
    };

    public string Text() => JsonSerializer.Serialize(this, Options);

    public static GraphLine Read(string line) => JsonSerializer.Deserialize<GraphLine>(line, Options)!;

    /// <summary>Property values: 5 is a whole number and 5.0 is not, as in the graph.</summary>
    private sealed class Values : JsonConverter<IReadOnlyDictionary<string, object?>>
    {
        public override IReadOnlyDictionary<string, object?> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => ValueOf(p.Value));
        }

        public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, object?> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var (name, item) in value)
            {
                writer.WritePropertyName(name);
                Write(writer, item);
            }

            writer.WriteEndObject();
        }

        private static void Write(Utf8JsonWriter writer, object? value)
        {
            switch (value)
            {
                case double number:
                    var text = number.ToString("R", CultureInfo.InvariantCulture);
                    writer.WriteRawValue(text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0");
                    break;
                case long number:
                    writer.WriteNumberValue(number);
                    break;
                case bool flag:
                    writer.WriteBooleanValue(flag);
                    break;
                case string words:
                    writer.WriteStringValue(words);
                    break;
                case null:
                    writer.WriteNullValue();
                    break;
                case System.Collections.IEnumerable list:
                    writer.WriteStartArray();
                    foreach (var item in list)
                    {
                        Write(writer, item);
                    }

                    writer.WriteEndArray();
                    break;
                default:
                    throw new JsonException($"A graph holds no {value.GetType().Name}.");
            }
        }

        private static object? ValueOf(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Number => !value.GetRawText().AsSpan().ContainsAny('.', 'E', 'e') && value.TryGetInt64(out var whole) ? (object)whole : value.GetDouble(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Array => value.EnumerateArray().Select(ValueOf).ToArray(),
            _ => null,
        };
    }
}

/// <summary>A node with its one telling label.</summary>
internal sealed record NodeLine(string Label, IReadOnlyDictionary<string, object?> Properties);

/// <summary>A relationship.</summary>
internal sealed record EdgeLine(string Source, string Type, string Target, IReadOnlyDictionary<string, object?> Properties);
