using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Relationships;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Objects;

/// <summary>Queries that several features share.</summary>
internal static class ObjectQueries
{
    /// <summary>The original bytes of the object as the caller sees it.</summary>
    public static async Task<(StixObject Row, byte[] Raw)?> FindAsync(this ThreatIntelDb db, string stixId, TlpLevel clearance, CancellationToken ct)
    {
        var found = await db.Objects.AsNoTracking().VisibleTo(clearance).Where(o => o.StixId == stixId)
            .Join(db.ObjectVersions, o => new { o.StixId, o.Revision }, v => new { v.StixId, v.Revision }, (o, v) => new { Row = o, v.Raw })
            .SingleOrDefaultAsync(ct);
        return found is null ? null : (found.Row, RawBytes.Unpack(found.Raw));
    }

    /// <summary>The same; a relationship with a hidden end is hidden itself.</summary>
    public static async Task<(StixObject Row, byte[] Raw)?> FindConnectedAsync(this ThreatIntelDb db, string stixId, TlpLevel clearance, CancellationToken ct) =>
        StixId.IsValid(stixId) && await db.FindAsync(stixId, clearance, ct) is { } found
        && (StixTypes.KindOf(found.Row.Type) != StixKind.Relationship || await db.VisibleRelationships(clearance).AnyAsync(r => r.StixId == stixId, ct))
            ? found
            : null;

    /// <summary>
    /// Relationships that the caller sees: both ends must not be hidden. An end that was never stored hides nothing.
    /// </summary>
    public static IQueryable<StixRelationship> VisibleRelationships(this ThreatIntelDb db, TlpLevel clearance)
    {
        var visible = db.Relationships.AsNoTracking().VisibleTo(clearance);
        if (clearance == TlpLevel.Red)
        {
            return visible;
        }

        var hidden = db.Objects.Where(o => o.Tlp > clearance);
        var seen = db.Objects.VisibleTo(clearance);
        return visible.Where(r =>
            (!hidden.Any(o => o.StixId == r.SourceRef) || seen.Any(o => o.StixId == r.SourceRef))
            && (!hidden.Any(o => o.StixId == r.TargetRef) || seen.Any(o => o.StixId == r.TargetRef)));
    }

    /// <summary>A LIKE pattern that finds a text anywhere, in lower case and with its wildcards disarmed.</summary>
    public static string Containing(string text) => "%" + text.ToLowerInvariant()
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%";
}
