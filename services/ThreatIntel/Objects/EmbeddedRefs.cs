using System.Text.Json;
using System.Text.Json.Nodes;
using Stix;

namespace Platform.ThreatIntel.Objects;

/// <summary>
/// The references inside an object: properties whose names end in <c>_ref</c> or <c>_refs</c> (STIX 2.1 section 2.5), in
/// extensions too. Markings are none of them: they say who sees the object.
/// </summary>
internal static class EmbeddedRefs
{
    private static readonly JsonReaderOptions ReadOptions = new() { MaxDepth = 256 };
    private static readonly JsonDocumentOptions ParseOptions = new() { MaxDepth = 256 };

    private static readonly JsonSerializerOptions Compact = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 256,
    };

    /// <summary>Of each type one of these properties must be there; without it the object says nothing and is no valid STIX.</summary>
    private static readonly Dictionary<string, string[]> OneOf = new()
    {
        ["grouping"] = ["object_refs"],
        ["language-content"] = ["object_ref"],
        ["malware-analysis"] = ["result", "analysis_sco_refs"],
        ["network-traffic"] = ["src_ref", "dst_ref"],
        ["note"] = ["object_refs"],
        ["observed-data"] = ["object_refs", "objects"],
        ["opinion"] = ["object_refs"],
        ["report"] = ["object_refs"],
    };

    /// <summary>Whether a property holds a reference or a list of them.</summary>
    public static bool Is(string name) => IsRef(name, "_ref") || IsRef(name, "_refs");

    /// <summary>Adds the ids that an object refers to.</summary>
    public static void Collect(ReadOnlySpan<byte> raw, ISet<string> into)
    {
        var reader = new Utf8JsonReader(raw, ReadOptions);
        var listDepth = -1;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName when EndsInRef(ref reader):
                    reader.Read();
                    listDepth = reader.TokenType == JsonTokenType.StartArray ? reader.CurrentDepth : -1;
                    Add(ref reader);
                    break;
                case JsonTokenType.String when listDepth >= 0 && reader.CurrentDepth == listDepth + 1:
                    Add(ref reader);
                    break;
                case JsonTokenType.EndArray when reader.CurrentDepth == listDepth:
                    listDepth = -1;
                    break;
            }
        }

        void Add(ref Utf8JsonReader at)
        {
            if (at.TokenType == JsonTokenType.String && at.GetString() is { } id && StixId.IsValid(id))
            {
                into.Add(id);
            }
        }
    }

    /// <summary>The object without what leads to these ids; null when nothing is left that it could say.</summary>
    public static byte[]? Without(byte[] raw, Func<string, bool> isHidden)
    {
        var json = JsonNode.Parse(raw, documentOptions: ParseOptions)!.AsObject();
        if (!Remove(json, isHidden))
        {
            return raw;
        }

        return json["type"] is JsonValue type && OneOf.TryGetValue(type.GetValue<string>(), out var needed) && !Array.Exists(needed, json.ContainsKey)
            ? null
            : JsonSerializer.SerializeToUtf8Bytes(json, Compact);
    }

    private static bool Remove(JsonObject json, Func<string, bool> isHidden)
    {
        var isChanged = false;
        foreach (var (name, value) in json.ToArray())
        {
            switch (value)
            {
                case JsonValue text when IsRef(name, "_ref") && IsHidden(text, isHidden):
                    json.Remove(name);
                    isChanged = true;
                    break;
                case JsonArray list when IsRef(name, "_refs"):
                    if (list.RemoveAll(item => item is JsonValue text && IsHidden(text, isHidden)) > 0)
                    {
                        isChanged = true;
                        _ = list.Count == 0 && json.Remove(name);
                    }

                    break;
                case JsonArray list:
                    foreach (var item in list)
                    {
                        isChanged |= item is JsonObject part && Remove(part, isHidden);
                    }

                    break;
                case JsonObject inner:
                    isChanged |= Remove(inner, isHidden);
                    break;
            }
        }

        return isChanged;
    }

    private static bool IsHidden(JsonValue value, Func<string, bool> isHidden) => value.TryGetValue<string>(out var id) && isHidden(id);

    private static bool IsRef(string name, string ending) =>
        name.EndsWith(ending, StringComparison.Ordinal) && name is not ("object_marking_refs" or "marking_ref");

    private static bool EndsInRef(ref Utf8JsonReader reader) => reader.ValueIsEscaped
        ? Is(reader.GetString()!)
        : (reader.ValueSpan.EndsWith("_ref"u8) || reader.ValueSpan.EndsWith("_refs"u8)) && Is(reader.GetString()!);
}
