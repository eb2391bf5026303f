using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Relationships;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Objects;

/// <summary>Queries that several features share.</summary>
internal static class ObjectQueries
{
    /// <summary>
    /// Relationships that the caller sees: those whose ends they see. An end that is hidden and one that was never stored
    /// look alike, so that nobody learns by a relationship of their own whether an object exists. Who saw something may
    /// be nobody that is stored: that end of a sighting must not be hidden, and need not be there.
    /// </summary>
    public static IQueryable<StixRelationship> VisibleRelationships(this ThreatIntelDb db, TlpLevel clearance)
    {
        var visible = db.Relationships.AsNoTracking().VisibleTo(clearance);
        if (clearance == TlpLevel.Red)
        {
            return visible;
        }

        var seen = db.Objects.VisibleTo(clearance);
        return visible.Where(r =>
            seen.Any(o => o.StixId == r.TargetRef)
            && (seen.Any(o => o.StixId == r.SourceRef)
                || (r.RelationshipType == StixRelationship.SightingOf && !db.Objects.Any(o => o.StixId == r.SourceRef))));
    }

    /// <summary>
    /// The same as a condition on an object <c>o</c>, of whatever type, for a clearance of <c>$1</c>. It is asked of one row
    /// after the other: without OFFSET 0 all relationships of a tenant would be gathered for one page.
    /// </summary>
    public const string Connected = """
         AND ($1 = 4 OR o.type NOT IN ('relationship', 'sighting') OR EXISTS (
            SELECT 1 FROM relationships r WHERE r.tenant_id = o.tenant_id AND r.stix_id = o.stix_id AND r.tlp = o.tlp
              AND EXISTS (SELECT 1 FROM objects t WHERE t.tenant_id = r.tenant_id AND t.stix_id = r.target_ref AND t.tlp <= $1)
              AND (EXISTS (SELECT 1 FROM objects s WHERE s.tenant_id = r.tenant_id AND s.stix_id = r.source_ref AND s.tlp <= $1)
                OR (r.relationship_type = 'sighting-of'
                    AND NOT EXISTS (SELECT 1 FROM objects s WHERE s.tenant_id = r.tenant_id AND s.stix_id = r.source_ref)))
            OFFSET 0))
        """;

    /// <summary>A LIKE pattern that finds a text anywhere, in lower case and with its wildcards disarmed.</summary>
    public static string Containing(string text) => "%" + text.ToLowerInvariant()
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%";
}
