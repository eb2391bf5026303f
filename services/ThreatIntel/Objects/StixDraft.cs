using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Contracts;
using Stix;

namespace Platform.ThreatIntel.Objects;

/// <summary>A STIX object that a request makes or changes: what is absent is left out.</summary>
internal sealed class StixDraft
{
    private const string Markings = "object_marking_refs";

    private static readonly JsonSerializerOptions Compact = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 256,
    };

    private readonly JsonObject _json;

    public StixDraft(string type, DateTimeOffset now)
    {
        Id = StixId.Create(type, Guid.NewGuid());
        var time = StixTimestamp.Format(now);
        _json = new JsonObject { ["type"] = type, ["spec_version"] = "2.1", ["id"] = Id, ["created"] = time, ["modified"] = time };
    }

    private StixDraft(JsonObject json)
    {
        _json = json;
        Id = json["id"]!.GetValue<string>();
    }

    public string Id { get; }

    /// <summary>The version that the draft is.</summary>
    public JsonNode Modified => _json["modified"]!;

    /// <summary>A draft of an object that is all there.</summary>
    public static StixDraft Of(JsonObject json) => new(json);

    /// <summary>The next version of a stored object: what the draft does not name stays as it is, unknown properties included.</summary>
    public static StixDraft Next(StoredJson stored, DateTimeOffset now)
    {
        // "modified" has milliseconds, and must be later than the version that it follows.
        var earliest = stored.Row.Modified.AddMilliseconds(1);
        return new StixDraft(stored.Json).Put("modified", StixTimestamp.Format(now > earliest ? now : earliest));
    }

    /// <summary>
    /// Puts back what the writer was not shown: what they cannot see is not theirs to take away. False where they have
    /// changed all of it themselves.
    /// </summary>
    /// <param name="stored">The object as it is stored.</param>
    /// <param name="shown">The same as the writer was shown it.</param>
    public bool Restore(JsonObject stored, JsonObject shown)
    {
        var isRestored = false;
        foreach (var (name, whole) in stored)
        {
            var part = shown[name];
            if (JsonNode.DeepEquals(whole, part))
            {
                continue;
            }

            if (JsonNode.DeepEquals(_json[name], part))
            {
                _json[name] = whole!.DeepClone();
                isRestored = true;
            }
            else if (whole is JsonArray all && _json[name] is JsonArray now)
            {
                var hidden = all.Where(item => part is not JsonArray some || !some.Any(other => JsonNode.DeepEquals(item, other))).Select(item => item!.DeepClone()).ToList();
                hidden.ForEach(now.Add);
                isRestored |= hidden.Count > 0;
            }
        }

        return isRestored;
    }

    public StixDraft Add(string name, string? value) => value is null ? Remove(name) : Put(name, value);

    public StixDraft Add(string name, int? value) => value is null ? Remove(name) : Put(name, value.Value);

    public StixDraft Add(string name, DateTimeOffset? value) => value is null ? Remove(name) : Put(name, StixTimestamp.Format(value.Value));

    public StixDraft Add(string name, IReadOnlyList<string>? values) =>
        values is null or { Count: 0 } ? Remove(name) : Put(name, new JsonArray([.. values.Select(value => JsonValue.Create(value))]));

    public StixDraft Put(string name, JsonNode value)
    {
        _json[name] = value;
        return this;
    }

    public StixDraft Remove(string name)
    {
        _json.Remove(name);
        return this;
    }

    /// <summary>Gives the object a level: markings that state another one go, all others stay. Clear needs no marking.</summary>
    public StixDraft Mark(TlpLevel level, MarkingLevels? known = null)
    {
        var kept = new List<string>();
        if (_json[Markings] is JsonArray refs)
        {
            foreach (var item in refs)
            {
                if (item is JsonValue value && value.TryGetValue<string>(out var id) && !TlpMarking.TryGet(id, out _) && known?.Names(id) != true)
                {
                    kept.Add(id);
                }
            }
        }

        if (level != TlpLevel.Clear)
        {
            kept.Add(TlpMarking.IdOf((Tlp)level));
        }

        return Add(Markings, kept);
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(_json, Compact);
}

/// <summary>A stored object as the caller sees it, to be changed.</summary>
/// <param name="Row">Its row.</param>
/// <param name="Json">Its content; the draft of the next version is made of it.</param>
/// <param name="Markings">The levels of the tenant's own markings.</param>
internal sealed record StoredJson(StixObject Row, JsonObject Json, MarkingLevels Markings);
