using System.Text.Json;
using Platform.ThreatIntel.Objects;

namespace Platform.ThreatIntel.Campaigns;

/// <summary>Reads the columns of a campaign (STIX 2.1 section 4.2).</summary>
internal static class CampaignColumns
{
    public static Campaign From(JsonElement json, StixObject row)
    {
        var (externalId, url, _) = json.Reference();
        var aliases = json.Texts("aliases");
        var description = json.Text("description");
        return new Campaign
        {
            TenantId = row.TenantId,
            StixId = row.StixId,
            Tlp = row.Tlp,
            ShadowedFrom = row.ShadowedFrom,
            Name = row.Name ?? row.StixId,
            Description = description,
            Aliases = aliases,
            Objective = json.Text("objective"),
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
