using Stix;

namespace Platform.ThreatIntel.Objects;

/// <summary>A STIX type that has a collection of its own in the API, all with the same rules.</summary>
/// <param name="Path">Its name in addresses.</param>
/// <param name="Type">The STIX type.</param>
/// <param name="Tag">Its name in the API description.</param>
internal sealed record StixCollection(string Path, string Type, string Tag)
{
    /// <summary>All of them; relationships have a list of their own (<c>RelationshipEndpoints</c>).</summary>
    public static readonly IReadOnlyList<StixCollection> All =
    [
        new("malware", "malware", "Malware"),
        new("tools", "tool", "Tools"),
        new("attack-patterns", "attack-pattern", "Attack patterns"),
        new("vulnerabilities", "vulnerability", "Vulnerabilities"),
        new("intrusion-sets", StixTypes.IntrusionSet, "Intrusion sets"),
        new("reports", "report", "Reports"),
        new("courses-of-action", "course-of-action", "Courses of action"),
        new("identities", "identity", "Identities"),
        new("locations", "location", "Locations"),
        new("notes", "note", "Notes"),
        new("relationships", StixTypes.Relationship, "Relationships"),
        new("sightings", StixTypes.Sighting, "Sightings"),
    ];
}
