using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Indicators;
using Platform.ThreatIntel.Objects;
using Stix;

namespace Platform.ThreatIntel.Formats;

/// <summary>
/// MISP events as JSON: an event becomes a report by its organisation, an attribute for detection an indicator, and what
/// has no pattern a custom object, so that nothing is lost. Ids and times are MISP's own.
/// </summary>
internal static class MispEvents
{
    private static readonly Dictionary<string, string> Types = new()
    {
        ["ip-src"] = ObservableType.Ipv4,
        ["ip-dst"] = ObservableType.Ipv4,
        ["domain"] = ObservableType.Domain,
        ["hostname"] = ObservableType.Domain,
        ["url"] = ObservableType.Url,
        ["uri"] = ObservableType.Url,
        ["link"] = ObservableType.Url,
        ["email"] = ObservableType.Email,
        ["email-src"] = ObservableType.Email,
        ["email-dst"] = ObservableType.Email,
        ["md5"] = ObservableType.Md5,
        ["sha1"] = ObservableType.Sha1,
        ["sha256"] = ObservableType.Sha256,
        ["sha512"] = ObservableType.Sha512,
        ["filename"] = ObservableType.FileName,
        ["mac-address"] = ObservableType.Mac,
        ["mutex"] = "mutex",
        ["regkey"] = "windows-registry-key",
    };

    public static List<ForeignObject> Read(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 64 });
            var objects = new List<ForeignObject>();
            foreach (var item in Events(json.RootElement))
            {
                Event(item, objects);
            }

            return objects.Count > 0 ? objects : throw NoEvents();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw NoEvents();
        }
    }

    private static FaultException NoEvents() => new(new Fault(ErrorCodes.MalformedRequest, "The body holds no MISP event: send {\"Event\": {…}}, or a list of them."));

    private static IEnumerable<JsonElement> Events(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
        {
            return root.EnumerateArray().SelectMany(Events);
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        return root.TryGetProperty("Event", out var item) && item.ValueKind == JsonValueKind.Object ? [item]
            : root.TryGetProperty("response", out var list) ? Events(list)
            : [];
    }

    private static void Event(JsonElement item, List<ForeignObject> objects)
    {
        var uuid = Uuid(item);
        var changed = Time(item, "timestamp") ?? Date(item) ?? DateTimeOffset.UnixEpoch;
        var created = Date(item) is { } date && date < changed ? date : changed;
        var (level, labels) = Tags(item, TlpLevel.Clear);
        var author = Author(item, created, objects);
        var severity = item.Text("threat_level_id") switch { "1" => "high", "2" => "medium", "3" => "low", _ => null };
        var refs = new List<string>();
        foreach (var attribute in Attributes(item))
        {
            var read = Attribute(attribute, changed, level, severity, author);
            objects.Add(new ForeignObject(read, IsDated: true));
            refs.Add(read["id"]!.GetValue<string>());
        }

        if (refs.Count == 0)
        {
            return;
        }

        var report = Dated("report", uuid, created, changed);
        report["name"] = item.Text("info", 500) ?? "MISP event";
        report["published"] = StixTimestamp.Format(Time(item, "publish_timestamp") is { } published && published > DateTimeOffset.UnixEpoch ? published : created);
        report["object_refs"] = ForeignObject.ListOf(refs.Distinct());
        Finish(report, level, labels, author);
        objects.Add(new ForeignObject(report, IsDated: true));
    }

    private static string? Author(JsonElement item, DateTimeOffset created, List<ForeignObject> objects)
    {
        if (!item.TryGetProperty("Orgc", out var organisation) || organisation.ValueKind != JsonValueKind.Object || organisation.Text("name", 500) is not { } name)
        {
            return null;
        }

        // Its own time is not told: the same in each event, so that the organisation does not change with every import.
        var identity = Dated("identity", Uuid(organisation), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
        identity["name"] = name;
        identity["identity_class"] = "organization";
        objects.Add(new ForeignObject(identity, IsDated: true));
        return identity["id"]!.GetValue<string>();
    }

    private static IEnumerable<JsonElement> Attributes(JsonElement item)
    {
        foreach (var attribute in Entries(item, "Attribute"))
        {
            yield return attribute;
        }

        foreach (var group in Entries(item, "Object"))
        {
            foreach (var attribute in Entries(group, "Attribute"))
            {
                yield return attribute;
            }
        }
    }

    private static IEnumerable<JsonElement> Entries(JsonElement item, string name) =>
        item.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.Object) : [];

    private static JsonObject Attribute(JsonElement attribute, DateTimeOffset eventTime, TlpLevel eventLevel, string? severity, string? author)
    {
        var changed = Time(attribute, "timestamp") ?? eventTime;
        var (level, labels) = Tags(attribute, eventLevel);
        var type = attribute.Text("type", 200) ?? "";
        var value = attribute.Text("value") ?? "";
        var forDetection = !attribute.TryGetProperty("to_ids", out var flag) || flag.ValueKind != JsonValueKind.False;
        var pattern = forDetection ? Pattern(type, value) : null;
        var item = Dated(pattern is null ? "x-misp-attribute" : StixTypes.Indicator, Uuid(attribute), changed, changed);
        if (pattern is null)
        {
            item["x_type"] = type;
        }
        else
        {
            item["pattern"] = pattern;
            item["pattern_type"] = "stix";
            item["valid_from"] = StixTimestamp.Format(Iso(attribute, "first_seen") ?? changed);
            if (severity is not null)
            {
                item["x_severity"] = severity;
            }
        }

        item[pattern is null ? "value" : "name"] = value.Length == 0 ? type : JsonFields.Clean(value, pattern is null ? int.MaxValue : 500);
        if (attribute.Text("comment") is { Length: > 0 } comment)
        {
            item["description"] = comment;
        }

        if (attribute.Text("category") is { Length: > 0 } category)
        {
            labels.Add("misp:category=" + category);
        }

        Finish(item, level, labels, author);
        return item;
    }

    /// <summary>The pattern of a value, or of the two values that a type such as <c>filename|md5</c> joins; null where there is none.</summary>
    private static string? Pattern(string type, string value)
    {
        var types = type.Split('|');
        var values = types.Length == 1 ? [value] : value.Split('|', types.Length);
        if (types.Length != values.Length || types.Length > 2)
        {
            return null;
        }

        var patterns = new List<string>();
        for (var i = 0; i < types.Length; i++)
        {
            if (types[i] is "port")
            {
                continue;
            }

            var known = types[i] == "ip" ? ObservableType.Ipv4 : Types.GetValueOrDefault(types[i]);
            if (known is null || values[i].Length is 0 or > Observables.MaxLength)
            {
                return null;
            }

            patterns.Add(IndicatorPattern.Of(Observables.Normalise(known, values[i]))[1..^1]);
        }

        // Values of one file or flow belong together; a domain and its address may each be seen alone.
        return patterns.Count == 0 ? null : $"[{string.Join(type.StartsWith("filename", StringComparison.Ordinal) ? " AND " : " OR ", patterns)}]";
    }

    private static (TlpLevel Level, List<string> Labels) Tags(JsonElement item, TlpLevel without)
    {
        TlpLevel? level = null;
        var labels = new List<string>();
        foreach (var tag in Entries(item, "Tag"))
        {
            if (tag.Text("name", 500) is not { Length: > 0 } name)
            {
                continue;
            }

            if (name.StartsWith("tlp:", StringComparison.OrdinalIgnoreCase))
            {
                // What cannot be understood is not shown.
                var stated = TlpLevels.TryParse(name[4..], out var known) ? known : TlpLevel.Red;
                level = level > stated ? level : stated;
            }
            else
            {
                labels.Add(name);
            }
        }

        return (level is { } found && found > without ? found : without, labels);
    }

    private static void Finish(JsonObject item, TlpLevel level, List<string> labels, string? author)
    {
        if (labels.Count > 0)
        {
            item["labels"] = ForeignObject.ListOf(labels);
        }

        if (author is not null)
        {
            item["created_by_ref"] = author;
        }

        ForeignObject.Mark(item, level);
    }

    private static JsonObject Dated(string type, Guid uuid, DateTimeOffset created, DateTimeOffset modified) => new()
    {
        ["type"] = type,
        ["spec_version"] = "2.1",
        ["id"] = StixId.Create(type, uuid),
        ["created"] = StixTimestamp.Format(created),
        ["modified"] = StixTimestamp.Format(modified),
    };

    private static Guid Uuid(JsonElement item) =>
        Guid.TryParse(item.Text("uuid"), out var uuid) ? uuid : ObservableId.Uuid5(ObservableId.Namespace, System.Text.Encoding.UTF8.GetBytes("misp:" + item.GetRawText()));

    private static DateTimeOffset? Time(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && long.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static DateTimeOffset? Iso(JsonElement item, string name) =>
        DateTimeOffset.TryParse(item.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static DateTimeOffset? Date(JsonElement item) => Iso(item, "date");
}
