using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;
using Platform.Contracts;

namespace Platform.Gateway.Streaming;

/// <summary>
/// What streams tell of <see cref="Contracts.ThreatIntel.ThreatObjectsUpserted"/>: the same message, read without the many
/// properties that no stream shows. An import of ATT&amp;CK is 25 MB of them. Public, because the exchange of a message that is
/// not would be taken for a temporary one.
/// </summary>
[MessageUrn("Platform.Contracts.ThreatIntel:ThreatObjectsUpserted")]
public sealed record ChangedObjects(IReadOnlyList<ChangedObject> Objects);

/// <summary>What streams tell of <see cref="Contracts.ThreatIntel.ThreatObject"/>.</summary>
public sealed record ChangedObject(string Id, string Type, string? Name, TlpLevel Tlp, bool Revoked, IndicatorProperties? Properties, TlpLevel? ShadowedFrom);

/// <summary>
/// The properties of an indicator that its message shows, by their STIX names. Objects of other types, custom ones among them,
/// may give the same names to anything, so no value is taken for what STIX says of indicators.
/// </summary>
public sealed record IndicatorProperties(
    [property: JsonPropertyName("pattern")] JsonElement? Pattern,
    [property: JsonPropertyName("pattern_type")] JsonElement? PatternType,
    [property: JsonPropertyName("indicator_types")] JsonElement? IndicatorTypes,
    [property: JsonPropertyName("valid_from")] JsonElement? ValidFrom,
    [property: JsonPropertyName("valid_until")] JsonElement? ValidUntil,
    [property: JsonPropertyName("confidence")] JsonElement? Confidence,
    [property: JsonPropertyName("labels")] JsonElement? Labels,
    [property: JsonPropertyName("created")] JsonElement? Created,
    [property: JsonPropertyName("modified")] JsonElement? Modified)
{
    /// <summary>Those that it has.</summary>
    public void AddTo(Dictionary<string, object?> data)
    {
        Add("pattern", Pattern);
        Add("pattern_type", PatternType);
        Add("indicator_types", IndicatorTypes);
        Add("valid_from", ValidFrom);
        Add("valid_until", ValidUntil);
        Add("confidence", Confidence);
        Add("labels", Labels);
        Add("created", Created);
        Add("modified", Modified);

        void Add(string name, JsonElement? value)
        {
            if (value is { ValueKind: not JsonValueKind.Null } given)
            {
                data[name] = given;
            }
        }
    }
}

/// <summary>That relationships changed; which ones, no stream tells.</summary>
[MessageUrn("Platform.Contracts.ThreatIntel:RelationshipsUpserted")]
public sealed record ChangedRelationships;
