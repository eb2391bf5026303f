using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.ThreatActors;

/// <summary>STIX keeps an actor's country in a relationship to a location: <c>located-at</c> or <c>originates-from</c>.</summary>
internal static class ActorCountries
{
    /// <summary>Actor and country, for relationships and locations that the caller sees.</summary>
    public static IQueryable<ActorCountry> Of(ThreatIntelDb db, TlpLevel clearance) => db.Relationships.AsNoTracking().VisibleTo(clearance)
        .Where(r => !r.Revoked && (r.RelationshipType == "located-at" || r.RelationshipType == "originates-from"))
        .Join(
            db.Objects.VisibleTo(clearance).Where(o => o.Type == "location" && o.Country != null),
            r => r.TargetRef,
            o => o.StixId,
            (r, o) => new ActorCountry { ActorId = r.SourceRef, Country = o.Country! });

    public static async Task<Dictionary<string, string>> ReadAsync(ThreatIntelDb db, TlpLevel clearance, string[] ids, CancellationToken ct)
    {
        var rows = await Of(db, clearance).Where(row => ids.Contains(row.ActorId)).OrderByDescending(row => row.Country).ToListAsync(ct);
        var countries = new Dictionary<string, string>();
        foreach (var row in rows)
        {
            countries[row.ActorId] = row.Country;
        }

        return countries;
    }
}

/// <summary>Where an actor is.</summary>
internal sealed class ActorCountry
{
    public required string ActorId { get; init; }

    public required string Country { get; init; }
}
