using System.Text.Json;

namespace Platform.Contracts.ThreatIntel;

/// <summary>A STIX relationship object, or a sighting as a relationship of type <c>sighting-of</c>.</summary>
/// <param name="Id">The STIX id of the relationship or sighting.</param>
/// <param name="RelationshipType">Such as <c>uses</c>, <c>attributed-to</c>; <c>sighting-of</c> for sightings.</param>
/// <param name="SourceRef">
/// Where it starts. A sighting starts at its first <c>where_sighted_refs</c>, else its <c>created_by_ref</c>, else its
/// first <c>observed_data_refs</c>, else at what was sighted.
/// </param>
/// <param name="TargetRef">Where it ends; for a sighting what was sighted.</param>
/// <param name="Version">Which version this is.</param>
/// <param name="Tlp">The level from which it is seen, provided both ends are.</param>
/// <param name="Revoked">STIX <c>revoked</c>.</param>
/// <param name="Deprecated">ATT&amp;CK <c>x_mitre_deprecated</c>.</param>
/// <param name="Properties">As in <see cref="ThreatObject"/>: <c>description, start_time, count, first_seen</c> …</param>
/// <param name="ShadowedFrom">As in <see cref="ThreatObject"/>.</param>
public sealed record Relationship(
    string Id,
    string RelationshipType,
    string SourceRef,
    string TargetRef,
    ObjectVersion Version,
    TlpLevel Tlp,
    bool Revoked,
    bool Deprecated,
    IReadOnlyDictionary<string, JsonElement> Properties,
    TlpLevel? ShadowedFrom = null);
