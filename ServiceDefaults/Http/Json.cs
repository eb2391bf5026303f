using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>The JSON of the platform: snake_case, no nulls, UTC times with at most milliseconds, enums as lower-case strings.</summary>
public static class Json
{
    /// <summary>The deepest nesting accepted in a body.</summary>
    public const int MaxDepth = 64;

    /// <summary>Options of v1 and of everything that is not versioned.</summary>
    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>Options for reading v2 bodies, where unknown members are refused.</summary>
    public static readonly JsonSerializerOptions Strict =
        Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow });

    /// <summary>Applies the platform's conventions to a set of options.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.PropertyNameCaseInsensitive = false;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
        options.MaxDepth = MaxDepth;
        options.TypeInfoResolver ??= new DefaultJsonTypeInfoResolver();
        options.Converters.Add(new TlpLevelConverter());
        options.Converters.Add(new UtcMillisecondsConverter());
        options.Converters.Add(new JsonObjectConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        return options;
    }
}

/// <summary>ISO 8601 in UTC with <c>Z</c>, milliseconds at most.</summary>
internal sealed class UtcMillisecondsConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset().ToUniversalTime();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[24];
        value.UtcDateTime.TryFormat(text, out var written, "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..written]);
    }
}

/// <summary>TLP levels by their names of the standard.</summary>
internal sealed class TlpLevelConverter : JsonConverter<TlpLevel>
{
    public override TlpLevel Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TlpLevels.TryParse(reader.GetString(), out var level)
            ? level
            : throw new JsonException("must be one of clear, green, amber, amber+strict, red");

    public override void Write(Utf8JsonWriter writer, TlpLevel value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToWire());
}

/// <summary>Free JSON objects; the framework's own converter takes doubled names and throws when they are looked at.</summary>
internal sealed class JsonObjectConverter : JsonConverter<JsonObject>
{
    public override JsonObject Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<JsonElement>(ref reader, options) is { ValueKind: JsonValueKind.Object } element
            ? JsonObject.Create(element)!
            : throw new JsonException("must be an object");

    public override void Write(Utf8JsonWriter writer, JsonObject value, JsonSerializerOptions options) => value.WriteTo(writer, options);
}
