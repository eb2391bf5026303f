using System.Text.Json;

namespace Stix.Shapes;

/// <summary>
/// The properties of the object types of STIX 2.1, to check an object that somebody writes by hand: what is required is
/// there, and what the standard names has its type. Properties that the standard does not name are custom ones.
/// </summary>
public sealed class ObjectShape
{
    private static readonly Dictionary<string, PropertyShape> Common = new()
    {
        ["type"] = PropertyShape.Text.Required,
        ["spec_version"] = PropertyShape.Text,
        ["id"] = PropertyShape.Ref().Required,
        ["created_by_ref"] = PropertyShape.Ref("identity"),
        ["created"] = PropertyShape.Time.Required,
        ["modified"] = PropertyShape.Time.Required,
        ["revoked"] = PropertyShape.Truth,
        ["labels"] = PropertyShape.Texts,
        ["confidence"] = PropertyShape.Whole(0, 100),
        ["lang"] = PropertyShape.Text,
        ["external_references"] = PropertyShape.References,
        ["object_marking_refs"] = PropertyShape.Refs("marking-definition"),
        ["granular_markings"] = PropertyShape.Things,
        ["extensions"] = PropertyShape.Thing,
        ["description"] = PropertyShape.Text,
    };

    private static readonly Dictionary<string, ObjectShape> Types = new()
    {
        ["attack-pattern"] = new(Named, ("aliases", PropertyShape.Texts), ("kill_chain_phases", PropertyShape.Phases)),
        ["course-of-action"] = new(Named),
        ["identity"] = new(
            Named, ("roles", PropertyShape.Texts), ("identity_class", PropertyShape.Text), ("sectors", PropertyShape.Texts), ("contact_information", PropertyShape.Text)),
        ["intrusion-set"] = new(
            Named, ("aliases", PropertyShape.Texts), ("first_seen", PropertyShape.Time), ("last_seen", PropertyShape.Time), ("goals", PropertyShape.Texts),
            ("resource_level", PropertyShape.Text), ("primary_motivation", PropertyShape.Text), ("secondary_motivations", PropertyShape.Texts)),
        ["location"] = new(
            ("name", PropertyShape.Text), ("latitude", PropertyShape.Number(-90, 90)), ("longitude", PropertyShape.Number(-180, 180)),
            ("precision", PropertyShape.Number(0, double.MaxValue)), ("region", PropertyShape.Text), ("country", PropertyShape.Text),
            ("administrative_area", PropertyShape.Text), ("city", PropertyShape.Text), ("street_address", PropertyShape.Text), ("postal_code", PropertyShape.Text)),
        ["malware"] = new(
            ("name", PropertyShape.Text), ("is_family", PropertyShape.Truth.Required), ("malware_types", PropertyShape.Texts), ("aliases", PropertyShape.Texts),
            ("kill_chain_phases", PropertyShape.Phases), ("first_seen", PropertyShape.Time), ("last_seen", PropertyShape.Time),
            ("operating_system_refs", PropertyShape.Refs("software")), ("architecture_execution_envs", PropertyShape.Texts),
            ("implementation_languages", PropertyShape.Texts), ("capabilities", PropertyShape.Texts), ("sample_refs", PropertyShape.Refs("artifact", "file"))),
        ["note"] = new(
            ("abstract", PropertyShape.Text), ("content", PropertyShape.Text.Required), ("authors", PropertyShape.Texts), ("object_refs", PropertyShape.Refs().Required)),
        ["relationship"] = new(
            ("relationship_type", PropertyShape.Text.Required), ("source_ref", PropertyShape.Ref().Required), ("target_ref", PropertyShape.Ref().Required),
            ("start_time", PropertyShape.Time), ("stop_time", PropertyShape.Time)),
        ["report"] = new(
            Named, ("report_types", PropertyShape.Texts), ("published", PropertyShape.Time.Required), ("object_refs", PropertyShape.Refs().Required)),
        ["sighting"] = new(
            ("first_seen", PropertyShape.Time), ("last_seen", PropertyShape.Time), ("count", PropertyShape.Whole(0, 999_999_999)),
            ("sighting_of_ref", PropertyShape.Ref().Required), ("observed_data_refs", PropertyShape.Refs("observed-data")),
            ("where_sighted_refs", PropertyShape.Refs("identity", "location")), ("summary", PropertyShape.Truth)),
        ["tool"] = new(
            Named, ("tool_types", PropertyShape.Texts), ("aliases", PropertyShape.Texts), ("kill_chain_phases", PropertyShape.Phases), ("tool_version", PropertyShape.Text)),
        ["vulnerability"] = new(Named),
    };

    private readonly Dictionary<string, PropertyShape> _properties;

    private ObjectShape(params (string Name, PropertyShape Shape)[] properties)
    {
        _properties = new Dictionary<string, PropertyShape>(Common);
        foreach (var (name, shape) in properties)
        {
            _properties[name] = shape;
        }
    }

    private static (string, PropertyShape) Named => ("name", PropertyShape.Text.Required);

    /// <summary>The shape of a type; null for types that are not described here.</summary>
    public static ObjectShape? Of(string type) => Types.GetValueOrDefault(type);

    /// <summary>Everything that is wrong with an object, by property.</summary>
    public IReadOnlyDictionary<string, string> Check(JsonElement item)
    {
        var faults = new Dictionary<string, string>();
        foreach (var (name, shape) in _properties)
        {
            if (!item.TryGetProperty(name, out var value))
            {
                if (shape.IsRequired)
                {
                    faults[name] = "is required";
                }
            }
            else if (shape.Check(value) is { } fault)
            {
                faults[name] = fault;
            }
        }

        foreach (var property in item.EnumerateObject())
        {
            if (!IsName(property.Name))
            {
                faults[property.Name] = "must have a name of 2 to 250 characters out of a-z, 0-9 and _";
            }
        }

        CheckOrder(item, "created", "modified", faults);
        CheckOrder(item, "first_seen", "last_seen", faults);
        CheckOrder(item, "start_time", "stop_time", faults);
        if (item.TryGetProperty("type", out var type) && type.ValueEquals("location") && !IsSomewhere(item))
        {
            faults.TryAdd("region", "is required where there is neither a country nor a latitude and longitude");
        }

        return faults;
    }

    /// <summary>A location names a region, a country or a point (section 4.10).</summary>
    private static bool IsSomewhere(JsonElement item) =>
        item.TryGetProperty("region", out _) || item.TryGetProperty("country", out _)
        || (item.TryGetProperty("latitude", out _) && item.TryGetProperty("longitude", out _));

    private static void CheckOrder(JsonElement item, string first, string second, Dictionary<string, string> faults)
    {
        if (Time(item, first) is { } from && Time(item, second) is { } to && to < from)
        {
            faults.TryAdd(second, $"must not be earlier than {first}");
        }
    }

    private static DateTimeOffset? Time(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        && StixTimestamp.TryParse(System.Text.Encoding.UTF8.GetBytes(value.GetString()!), out var time) ? time : null;

    private static bool IsName(string name) => name.Length is >= 2 and <= 250 && name.AsSpan().IndexOfAnyExcept(NameCharacters) < 0;

    private static readonly System.Buffers.SearchValues<char> NameCharacters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");
}
