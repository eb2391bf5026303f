using System.Runtime.InteropServices;
using System.Text.Json;
using Platform.Contracts.ThreatIntel;

namespace Platform.ThreatIntel.Objects;

/// <summary>
/// The properties of an object that travel in events: scalars and lists of scalars (see <see cref="ThreatObject"/>). References
/// do not: who reads the properties need not see what they lead to.
/// </summary>
internal static class GraphProperties
{
    private const int MaxText = 32_768;
    private const int MaxList = 1_000;

    public static Dictionary<string, JsonElement> Of(JsonElement item)
    {
        var properties = new Dictionary<string, JsonElement>();
        foreach (var property in item.EnumerateObject())
        {
            if (property.Name is "type" or "id" or "name" or "revoked" or "x_mitre_deprecated" or "external_references" or "kill_chain_phases"
                || EmbeddedRefs.Is(property.Name) || property.Name.Contains('\0', StringComparison.Ordinal))
            {
                continue;
            }

            if (Scalar(property.Value) is { } scalar)
            {
                properties[property.Name] = scalar;
            }
            else if (property.Value.ValueKind == JsonValueKind.Array && List(property.Value) is { } list)
            {
                properties[property.Name] = list;
            }
        }

        var (id, url, _) = item.Reference();
        Add(properties, "external_id", id);
        Add(properties, "url", url);
        if (item.Phases() is { Length: > 0 } phases)
        {
            properties["phases"] = JsonSerializer.SerializeToElement(phases);
        }

        return properties;
    }

    private static void Add(Dictionary<string, JsonElement> properties, string name, string? value)
    {
        if (value is not null)
        {
            properties.TryAdd(name, JsonSerializer.SerializeToElement(value));
        }
    }

    private static JsonElement? Scalar(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number:
                return value;
            case JsonValueKind.String:
                var raw = JsonMarshal.GetRawUtf8Value(value);
                return raw.Length <= MaxText && raw.IndexOf("\\u0000"u8) < 0
                    ? value
                    : JsonSerializer.SerializeToElement(JsonFields.Clean(value.GetString()!, MaxText));
            default:
                return null;
        }
    }

    private static JsonElement? List(JsonElement list)
    {
        var length = list.GetArrayLength();
        if (length == 0)
        {
            return null;
        }

        var values = new List<JsonElement>(Math.Min(length, MaxList));
        var isChanged = length > MaxList;
        foreach (var item in list.EnumerateArray())
        {
            if (Scalar(item) is not { } scalar)
            {
                return null;
            }

            isChanged |= !JsonMarshal.GetRawUtf8Value(scalar).Overlaps(JsonMarshal.GetRawUtf8Value(item));
            if (values.Count < MaxList)
            {
                values.Add(scalar);
            }
        }

        return isChanged ? JsonSerializer.SerializeToElement(values) : list;
    }
}
