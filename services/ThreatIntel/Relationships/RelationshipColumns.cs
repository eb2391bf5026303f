using System.Text.Json;
using Platform.ThreatIntel.Objects;
using Stix;
using Stix.Bundles;

namespace Platform.ThreatIntel.Relationships;

/// <summary>Reads the columns of a relationship or sighting (STIX 2.1 sections 5.1 and 5.2).</summary>
internal static class RelationshipColumns
{
    public static StixRelationship From(ObjectHead head, JsonElement json, StixObject row)
    {
        var isSighting = row.Type == StixTypes.Sighting;
        return new StixRelationship
        {
            TenantId = row.TenantId,
            StixId = row.StixId,
            Tlp = row.Tlp,
            ShadowedFrom = row.ShadowedFrom,
            RelationshipType = isSighting ? StixRelationship.SightingOf : JsonFields.Clean(head.RelationshipType!),
            SourceRef = isSighting
                ? head.WhereSightedRef ?? head.CreatedByRef ?? head.ObservedDataRef ?? head.SightingOfRef!
                : head.SourceRef!,
            TargetRef = isSighting ? head.SightingOfRef! : head.TargetRef!,
            Description = json.Text("description"),
            Confidence = json.Confidence(),
            Count = isSighting ? json.Int("count") : null,
            StartTime = json.Time(isSighting ? "first_seen" : "start_time"),
            StopTime = json.Time(isSighting ? "last_seen" : "stop_time"),
            Created = row.Created,
            Modified = row.Modified,
            Revoked = row.Revoked,
            Deprecated = row.Deprecated,
            Revision = row.Revision,
        };
    }
}
