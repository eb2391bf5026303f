using System.Text.Json;
using System.Text.Json.Nodes;
using Stix;

namespace Platform.ThreatIntel.Formats;

/// <summary>
/// The observables inside observed data of STIX 2.0: they name each other by keys of their container, and in 2.1 by ids
/// that follow from what they say (section 2.9).
/// </summary>
internal sealed class Stix20Observables
{
    private static readonly Dictionary<string, Dictionary<string, string>> Renamed = new()
    {
        ["directory"] = new() { ["created"] = "ctime", ["modified"] = "mtime", ["accessed"] = "atime" },
        ["file"] = new()
        {
            ["created"] = "ctime",
            ["modified"] = "mtime",
            ["accessed"] = "atime",
            ["is_encrypted"] = "x_is_encrypted",
            ["encryption_algorithm"] = "x_encryption_algorithm",
            ["decryption_key"] = "x_decryption_key",
        },
        ["process"] = new() { ["created"] = "created_time", ["binary_ref"] = "image_ref", ["name"] = "x_name", ["arguments"] = "x_arguments" },
        ["windows-registry-key"] = new() { ["modified"] = "modified_time" },
        ["user-account"] = new() { ["password_last_changed"] = "credential_last_changed" },
    };

    private readonly Dictionary<string, JsonObject> _items = [];
    private readonly Dictionary<string, string> _ids = [];
    private readonly HashSet<string> _open = [];
    private int _depth;

    /// <summary>How long a chain of observables that contain each other is followed.</summary>
    private const int MaxDepth = 100;

    /// <summary>The observables with their ids, marked like the observed data that they come from.</summary>
    public static IReadOnlyList<JsonObject> Take(JsonObject container, JsonObject parent)
    {
        var observables = new Stix20Observables();
        foreach (var (key, value) in container)
        {
            observables._items[key] = Renew(value as JsonObject ?? throw NotOne(), parent);
        }

        foreach (var key in observables._items.Keys)
        {
            observables.IdOf(key);
        }

        foreach (var item in observables._items.Values)
        {
            observables.Resolve(item, onlyKnown: false);
        }

        return [.. observables._items.Values.DistinctBy(item => item["id"]!.GetValue<string>())];
    }

    private static FormatException NotOne() => new("The observed data holds something that is no observable of STIX 2.0.");

    private static JsonObject Renew(JsonObject item, JsonObject parent)
    {
        var type = item["type"]?.GetValue<string>() ?? throw NotOne();
        var names = Renamed.GetValueOrDefault(type);
        var renewed = new JsonObject { ["type"] = type, ["spec_version"] = "2.1" };
        if (StixTypes.KindOf(type) != StixKind.Observable)
        {
            // A custom one is an object like any other in 2.1, with the times of what it came in.
            renewed["created"] = parent["created"]?.DeepClone();
            renewed["modified"] = parent["modified"]?.DeepClone();
        }

        foreach (var (name, value) in item)
        {
            if (name != "type")
            {
                renewed[names?.GetValueOrDefault(name) ?? name] = value?.DeepClone();
            }
        }

        if (parent["object_marking_refs"] is { } markings)
        {
            renewed["object_marking_refs"] = markings.DeepClone();
        }

        return renewed;
    }

    /// <summary>The id of an observable: those that it follows from come first.</summary>
    private string? IdOf(string key)
    {
        if (_ids.TryGetValue(key, out var known))
        {
            return known;
        }

        if (!_items.TryGetValue(key, out var item) || _depth == MaxDepth || !_open.Add(key))
        {
            return null; // it names nothing, or itself, or there is no end to it
        }

        _depth++;

        var type = item["type"]!.GetValue<string>();
        var resolved = item.DeepClone().AsObject();
        Resolve(resolved, onlyKnown: type is not ("file" or "email-message" or "network-traffic"));
        using var json = JsonDocument.Parse(resolved.ToJsonString(), new JsonDocumentOptions { MaxDepth = 256 });
        var id = ObservableId.Compute(type, json.RootElement) ?? ContentId.Of(type, json.RootElement);
        _ids[key] = id;
        item.Insert(0, "id", id);
        _depth--;
        return id;
    }

    /// <summary>Puts ids in the place of keys.</summary>
    private void Resolve(JsonObject item, bool onlyKnown)
    {
        foreach (var (name, value) in item.ToArray())
        {
            if (name.EndsWith("_ref", StringComparison.Ordinal) && value is JsonValue)
            {
                item[name] = Target(value, onlyKnown);
            }
            else if (name.EndsWith("_refs", StringComparison.Ordinal) && name != "object_marking_refs" && value is JsonArray list)
            {
                item[name] = new JsonArray([.. list.Select(entry => Target(entry, onlyKnown))]);
            }
            else if (value is JsonObject inner)
            {
                Resolve(inner, onlyKnown);
            }
            else if (value is JsonArray entries)
            {
                foreach (var entry in entries.OfType<JsonObject>().ToArray())
                {
                    Resolve(entry, onlyKnown);
                }
            }
        }
    }

    private JsonNode? Target(JsonNode? value, bool onlyKnown) =>
        value is JsonValue text && text.TryGetValue<string>(out var key) && (onlyKnown ? _ids.GetValueOrDefault(key) : IdOf(key)) is { } id ? id : value?.DeepClone();
}
