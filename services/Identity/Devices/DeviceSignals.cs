using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Identity.Devices;

/// <summary>What a client tells of its device: a name, or a name and signals.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Signals">What tells it from others and stays the same, such as <c>platform</c>, <c>timezone</c> or an installation id.</param>
[JsonConverter(typeof(DeviceSignalsConverter))]
internal sealed record DeviceSignals(string? Name, IReadOnlyDictionary<string, string>? Signals)
{
    public const int MaxSignals = 32;
    public const int MaxLength = 200;

    public bool IsBounded => (Name?.Length ?? 0) <= MaxLength
        && (Signals is null || (Signals.Count <= MaxSignals && Signals.All(s => s.Key.Length <= MaxLength && s.Value is { Length: <= MaxLength })));
}

/// <summary>Accepts a plain text as the name.</summary>
internal sealed class DeviceSignalsConverter : JsonConverter<DeviceSignals>
{
    public override DeviceSignals? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new DeviceSignals(reader.GetString(), null);
        }

        var shape = JsonSerializer.Deserialize<Shape>(ref reader, options)!;
        return new DeviceSignals(shape.Name, shape.Signals);
    }

    public override void Write(Utf8JsonWriter writer, DeviceSignals value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, new Shape(value.Name, value.Signals?.ToDictionary()), options);

    private sealed record Shape(string? Name, Dictionary<string, string>? Signals);
}
