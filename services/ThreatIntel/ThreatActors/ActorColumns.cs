using System.Text.Json;
using Platform.ThreatIntel.Objects;

namespace Platform.ThreatIntel.ThreatActors;

/// <summary>Reads the columns of a threat actor or intrusion set (STIX 2.1 sections 4.17 and 4.9).</summary>
internal static class ActorColumns
{
    public static ThreatActor From(JsonElement json, StixObject row)
    {
        var (externalId, url, _) = json.Reference();
        var aliases = json.Texts("aliases");
        var description = json.Text("description");
        var primary = json.Text("primary_motivation");
        string[] motivations = primary is null ? json.Texts("secondary_motivations") : [primary, .. json.Texts("secondary_motivations")];
        return new ThreatActor
        {
            TenantId = row.TenantId,
            StixId = row.StixId,
            Tlp = row.Tlp,
            ShadowedFrom = row.ShadowedFrom,
            Type = row.Type,
            Name = row.Name ?? row.StixId,
            Description = description,
            Aliases = aliases,
            ActorTypes = json.Texts("threat_actor_types"),
            Roles = json.Texts("roles"),
            Goals = json.Texts("goals"),
            Country = row.Country,
            Sophistication = json.Text("sophistication"),
            ResourceLevel = json.Text("resource_level"),
            Motivations = motivations,
            Labels = json.Texts("labels"),
            Confidence = json.Confidence(),
            ExternalId = externalId,
            Url = url,
            FirstSeen = json.Time("first_seen"),
            LastSeen = json.Time("last_seen"),
            Created = row.Created,
            Modified = row.Modified,
            Revoked = row.Revoked,
            Deprecated = row.Deprecated,
            Revision = row.Revision,
            SearchText = JsonFields.SearchText(row.Name, externalId, string.Join('\n', aliases), description),
        };
    }
}
