using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.ThreatIntel.Objects;

/// <summary>A STIX object as it came: written into answers byte for byte.</summary>
[JsonConverter(typeof(RawStixConverter))]
internal sealed record RawStix(byte[] Bytes);

internal sealed class RawStixConverter : JsonConverter<RawStix>
{
    public override RawStix Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Raw objects are only written.");

    // What is stored has been read as JSON before; checking it again would also count its depth against the answer's.
    public override void Write(Utf8JsonWriter writer, RawStix value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Bytes, skipInputValidation: true);
}
