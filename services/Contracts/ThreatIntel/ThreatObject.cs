using System.Text.Json;

namespace Platform.Contracts.ThreatIntel;

/// <summary>
/// A threat object as the other services see it: what STIX calls an SDO, an SCO, a marking definition or a
/// custom type; everything but relationships and sightings.
/// </summary>
/// <param name="Id">The STIX id, such as <c>intrusion-set--bef4c620-0787-42a8-a96d-b7eb6e85917c</c>.</param>
/// <param name="Type">The STIX type, such as <c>attack-pattern</c>; custom types as they came.</param>
/// <param name="Name">Its <c>name</c>, or what stands for one (the value of an observable); absent where it has none.</param>
/// <param name="Version">Which version this is.</param>
/// <param name="Tlp">The level from which it is seen. At every lower level the object is absent from now on.</param>
/// <param name="Revoked">STIX <c>revoked</c>: it stays, with this flag.</param>
/// <param name="Deprecated">ATT&amp;CK <c>x_mitre_deprecated</c>: it stays, with this flag.</param>
/// <param name="Properties">
/// The other properties that are scalars or lists of scalars (string, number, boolean), by their STIX names:
/// <c>description, aliases, created, modified, object_marking_refs, pattern, valid_from, x_mitre_domains</c> … and, lifted out of <c>external_references</c> and <c>kill_chain_phases</c>:
/// <c>external_id</c> (such as T1059 or G0007), <c>url</c>, <c>phases</c>. Strings hold no U+0000 and at most
/// 32,768 characters. References to other objects (<c>created_by_ref</c>, <c>object_refs</c> …) are not among them: who
/// reads this object need not see what they lead to.
/// </param>
/// <param name="ShadowedFrom">
/// Almost always absent. When present, callers from this level on see another version of the same object, one
/// that whoever wrote this version could not see: this version concerns the levels from <paramref name="Tlp"/> up
/// to, but not including, this one, and leaves the levels above as they are.
/// </param>
public sealed record ThreatObject(
    string Id,
    string Type,
    string? Name,
    ObjectVersion Version,
    TlpLevel Tlp,
    bool Revoked,
    bool Deprecated,
    IReadOnlyDictionary<string, JsonElement> Properties,
    TlpLevel? ShadowedFrom = null);

/// <summary>The version of a threat object or relationship.</summary>
/// <param name="Modified">STIX <c>modified</c>, else <c>created</c>, else when the platform first had it.</param>
/// <param name="Revision">
/// Grows with every change within a tenant, also across objects: of two messages about the same id, the one with
/// the higher revision is the newer one. Order by this alone.
/// </param>
public sealed record ObjectVersion(DateTimeOffset Modified, long Revision);
