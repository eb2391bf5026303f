using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stix;
using Stix.Bundles;

namespace Platform.ThreatIntel.Formats;

/// <summary>
/// Brings an object of STIX 2.0 to 2.1, so that what is stored and exported is of one standard: the version and the
/// properties that 2.1 asks for are added, renamed ones renamed, removed ones kept as custom properties, and the
/// observables inside observed data become objects of their own. The same object always gives the same result.
/// </summary>
internal static class Stix20
{
    private static readonly JsonDocumentOptions ParseOptions = new() { MaxDepth = 256 };
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 256 };

    /// <summary>What <c>labels</c> of these types said, a property of its own says in 2.1.</summary>
    private static readonly Dictionary<string, string> TypesProperty = new()
    {
        [StixTypes.Indicator] = "indicator_types",
        ["malware"] = "malware_types",
        ["report"] = "report_types",
        [StixTypes.ThreatActor] = "threat_actor_types",
        ["tool"] = "tool_types",
    };

    /// <summary>Whether the object is one of 2.0: all of 2.1 but its observables say their version.</summary>
    public static bool Is(ObjectHead head) => head is { SpecVersion: null, Id: not null } && StixTypes.KindOf(head.Type) != StixKind.Observable;

    /// <summary>The object as one of 2.1, with those that come out of it before it.</summary>
    /// <exception cref="FormatException">It cannot be read as an object of 2.0.</exception>
    public static IReadOnlyList<byte[]> Upgrade(ReadOnlyMemory<byte> raw)
    {
        try
        {
            var item = JsonNode.Parse(raw.Span, documentOptions: ParseOptions)!.AsObject();
            var upgraded = new List<JsonObject>();
            var type = item["type"]!.GetValue<string>();
            if (type == "observed-data" && item["objects"] is JsonObject container)
            {
                item.Remove("objects");
                var observables = Stix20Observables.Take(container, item);
                upgraded.AddRange(observables);
                item["object_refs"] = new JsonArray([.. observables.Select(observable => observable["id"]!.DeepClone())]);
            }

            Common(item, type);
            upgraded.Add(item);
            return upgraded.ConvertAll(json => JsonSerializer.SerializeToUtf8Bytes(json, Compact));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException("The object of STIX 2.0 cannot be brought to 2.1.", exception);
        }
    }

    private static void Common(JsonObject item, string type)
    {
        item.Insert(item.IndexOf("type") + 1, "spec_version", "2.1");
        if (TypesProperty.TryGetValue(type, out var types) && item["labels"] is JsonArray labels && !item.ContainsKey(types))
        {
            item.Remove("labels");
            item[types] = labels;
        }

        switch (type)
        {
            case StixTypes.Indicator:
                item.TryAdd("pattern_type", "stix");
                item.TryAdd("pattern_version", "2.0");
                break;
            case "malware":
                // An object of 2.0 has a name and no sample: it is a family.
                item.TryAdd("is_family", true);
                break;
        }
    }
}
