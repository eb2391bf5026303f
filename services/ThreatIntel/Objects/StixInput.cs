using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Stix;
using Stix.Shapes;

namespace Platform.ThreatIntel.Objects;

/// <summary>
/// A STIX object as a client sends it: what the server can fill in (type, id, times) may be absent, and <c>tlp</c> may
/// stand for the marking.
/// </summary>
internal static class StixInput
{
    private const string Tlp = "tlp";

    /// <summary>A new object of this type.</summary>
    public static StixDraft Create(JsonObject body, string type, DateTimeOffset now)
    {
        var time = StixTimestamp.Format(now);
        body.TryAdd("type", type);
        body.TryAdd("spec_version", "2.1");
        body.TryAdd("id", StixId.Create(type, Guid.NewGuid()));
        body.TryAdd("created", time);
        body.TryAdd("modified", body["created"]!.DeepClone());
        return Checked(body, type, null, null);
    }

    /// <summary>The next version of an object out of all its properties; what makes it that object cannot change.</summary>
    public static StixDraft Replace(JsonObject body, StoredJson stored, DateTimeOffset now)
    {
        var next = StixDraft.Next(new StoredJson(stored.Row, new JsonObject { ["id"] = stored.Row.StixId }, stored.Markings), now);
        foreach (var name in (ReadOnlySpan<string>)["type", "spec_version", "created", "created_by_ref"])
        {
            if (stored.Json[name] is { } value)
            {
                body[name] = value.DeepClone();
            }
        }

        body["id"] = stored.Row.StixId;
        body["modified"] = next.Modified.DeepClone();
        return Checked(body, stored.Row.Type, stored.Json, stored.Markings);
    }

    private static StixDraft Checked(JsonObject body, string type, JsonObject? before, MarkingLevels? markings)
    {
        var level = TakeLevel(body);
        using var json = JsonDocument.Parse(body.ToJsonString());
        var faults = ObjectShape.Of(type)!.Check(json.RootElement).ToDictionary(fault => fault.Key, fault => new[] { fault.Value });
        if (!faults.ContainsKey("type") && !json.RootElement.GetProperty("type").ValueEquals(type))
        {
            faults["type"] = [$"must be {type}"];
        }

        if (!faults.ContainsKey("id") && !StixId.IsOfType(json.RootElement.GetProperty("id").GetString(), type))
        {
            faults["id"] = [$"must be the id of a {type}"];
        }

        if (before is not null)
        {
            // What came wrong from elsewhere and stays as it was is not this client's fault.
            foreach (var name in faults.Keys.Where(name => JsonNode.DeepEquals(before[name], body[name])).ToArray())
            {
                faults.Remove(name);
            }
        }

        if (faults.Count > 0)
        {
            throw new FaultException(Faults.ValidationFault(faults));
        }

        var draft = StixDraft.Of(body);
        return level is { } wanted ? draft.Mark(wanted, markings) : draft;
    }

    private static TlpLevel? TakeLevel(JsonObject body)
    {
        if (!body.Remove(Tlp, out var node))
        {
            return null;
        }

        return node is JsonValue value && value.TryGetValue<string>(out var text) && TlpLevels.TryParse(text, out var level)
            ? level
            : throw new FaultException(Faults.ValidationFault(Tlp, $"must be one of {string.Join(", ", TlpLevels.All)}"));
    }
}
