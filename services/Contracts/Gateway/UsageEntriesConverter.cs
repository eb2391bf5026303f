using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Contracts.Gateway;

/// <summary>
/// Usage entries on the wire. What many of them share stands once, and each is six numbers:
/// <code>
/// {"from": "2026-01-31T12:00:00Z", "kinds": [{"tenantId": …, "apiKeyId": …, "subject": …, "endpoint": …, "method": …}],
///  "rows": [kind, status, latency in ms, request bytes, response bytes, ticks of 100 ns since "from", …]}
/// </code>
/// An entry takes about 30 bytes of a message instead of 330. A plain list of entries, as it was sent before, is read too.
/// </summary>
public sealed class UsageEntriesConverter : JsonConverter<IReadOnlyList<UsageEntry>>
{
    private const string From = "from";
    private const string Kinds = "kinds";
    private const string Rows = "rows";

    /// <inheritdoc/>
    public override IReadOnlyList<UsageEntry> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            return JsonSerializer.Deserialize<List<UsageEntry>>(ref reader, options)!;
        }

        DateTimeOffset from = default;
        List<Kind> kinds = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(From))
            {
                reader.Read();
                from = reader.GetDateTimeOffset();
            }
            else if (reader.ValueTextEquals(Kinds))
            {
                reader.Read();
                kinds = JsonSerializer.Deserialize<List<Kind>>(ref reader, options)!;
            }
            else if (reader.ValueTextEquals(Rows))
            {
                reader.Read();
                var entries = ReadRows(ref reader, from, kinds);
                reader.Read();
                return entries;
            }
            else
            {
                throw new JsonException("Usage entries have from, kinds and rows, in this order.");
            }
        }

        throw new JsonException("Usage entries have no rows.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyList<UsageEntry> value, JsonSerializerOptions options)
    {
        var from = value.Count == 0 ? default : value[0].Timestamp;
        var numbers = new Dictionary<Kind, int>();
        foreach (var entry in value)
        {
            numbers.TryAdd(Kind.Of(entry), numbers.Count);
        }

        writer.WriteStartObject();
        writer.WriteString(From, from);
        writer.WritePropertyName(Kinds);
        JsonSerializer.Serialize(writer, numbers.Keys, options);
        writer.WriteStartArray(Rows);
        foreach (var entry in value)
        {
            writer.WriteNumberValue(numbers[Kind.Of(entry)]);
            writer.WriteNumberValue(entry.StatusCode);
            writer.WriteNumberValue(entry.LatencyMs);
            writer.WriteNumberValue(entry.RequestSizeBytes);
            writer.WriteNumberValue(entry.ResponseSizeBytes);
            writer.WriteNumberValue(entry.Timestamp.UtcTicks - from.UtcTicks);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static List<UsageEntry> ReadRows(ref Utf8JsonReader reader, DateTimeOffset from, List<Kind> kinds)
    {
        var entries = new List<UsageEntry>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var number = reader.GetInt32();
            if ((uint)number >= (uint)kinds.Count)
            {
                throw new JsonException("A row of usage names a kind that is not there.");
            }

            var kind = kinds[number];
            entries.Add(new UsageEntry(
                kind.TenantId, kind.ApiKeyId, kind.Subject, kind.Endpoint, kind.Method,
                (int)Number(ref reader), Latency(ref reader), Number(ref reader), Number(ref reader), from.AddTicks(Number(ref reader))));
        }

        return entries;
    }

    private static long Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetInt64();
    }

    private static double Latency(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetDouble();
    }

    private sealed record Kind(Guid TenantId, Guid? ApiKeyId, string? Subject, string Endpoint, string Method)
    {
        public static Kind Of(UsageEntry entry) => new(entry.TenantId, entry.ApiKeyId, entry.Subject, entry.Endpoint, entry.Method);
    }
}
