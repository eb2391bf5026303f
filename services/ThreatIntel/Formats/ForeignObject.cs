using System.Text;
using System.Text.Json.Nodes;
using Platform.Contracts;
using Platform.ThreatIntel.Indicators;
using Stix;

namespace Platform.ThreatIntel.Formats;

/// <summary>An object read from another format.</summary>
/// <param name="Json">It as STIX; null where the place in the source could not be read, so that it is refused under its index.</param>
/// <param name="IsDated">Whether the source states when it was made and changed.</param>
internal sealed record ForeignObject(JsonObject? Json, bool IsDated = false)
{
    /// <summary>A new object whose id follows from what it says: a second import finds it again.</summary>
    public static JsonObject Create(string type, string identity) => new()
    {
        ["type"] = type,
        ["spec_version"] = "2.1",
        ["id"] = StixId.Create(type, ObservableId.Uuid5(ObservableId.Namespace, Encoding.UTF8.GetBytes($"import:{type}:{identity}"))),
    };

    public static JsonObject Indicator(Observable observable)
    {
        var item = Create(StixTypes.Indicator, $"{observable.Type}:{observable.Value}");
        item["name"] = observable.Value;
        item["pattern"] = IndicatorPattern.Of(observable);
        item["pattern_type"] = "stix";
        return item;
    }

    /// <summary>Gives the object a level; clear needs no marking.</summary>
    public static void Mark(JsonObject item, TlpLevel level)
    {
        if (level != TlpLevel.Clear)
        {
            item["object_marking_refs"] = new JsonArray(TlpMarking.IdOf((Tlp)level));
        }
    }

    public static JsonArray ListOf(IEnumerable<string> values) => [.. values.Select(value => (JsonNode)value)];
}
