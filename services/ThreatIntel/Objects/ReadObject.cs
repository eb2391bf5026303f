using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Objects;

/// <summary>Reads one object as the caller sees it.</summary>
internal sealed class ReadObject(ThreatIntelDb db, VisibleRefs refs, CallContext call)
{
    /// <summary>The current version, byte for byte but for references to what the caller does not see.</summary>
    public async Task<(StixObject Row, byte[] Raw)?> FindAsync(string stixId, CancellationToken ct)
    {
        var found = await db.Objects.AsNoTracking().VisibleTo(call.Clearance).Where(o => o.StixId == stixId)
            .Join(db.ObjectVersions, o => new { o.StixId, o.Revision }, v => new { v.StixId, v.Revision }, (o, v) => new { Row = o, v.Raw, v.StatedAt })
            .SingleOrDefaultAsync(ct);
        return found is not null && await refs.ShowAsync(new StatedObject(RawBytes.Unpack(found.Raw), found.StatedAt), ct) is { } shown ? (found.Row, shown) : null;
    }

    /// <summary>The same; a relationship with a hidden end is hidden itself.</summary>
    public async Task<(StixObject Row, byte[] Raw)?> FindConnectedAsync(string stixId, CancellationToken ct) =>
        StixId.IsValid(stixId) && await FindAsync(stixId, ct) is { } found
        && (StixTypes.KindOf(found.Row.Type) != StixKind.Relationship || await db.VisibleRelationships(call.Clearance).AnyAsync(r => r.StixId == stixId, ct))
            ? found
            : null;
}
