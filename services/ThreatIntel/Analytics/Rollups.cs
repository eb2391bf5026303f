using Platform.Contracts;

namespace Platform.ThreatIntel.Analytics;

/// <summary>
/// A figure that triggers keep current in the transaction that changes what it counts. It counts rows of one marking, so
/// that a caller's figures are the sum over the markings that the caller sees.
/// </summary>
internal interface IRollup
{
    short Tlp { get; }

    short ShadowedFrom { get; }
}

/// <summary>Which figures add up for whom.</summary>
internal static class Rollups
{
    /// <summary>The figures of rows that a caller of this clearance sees.</summary>
    public static IQueryable<T> CountedFor<T>(this IQueryable<T> rollups, TlpLevel clearance)
        where T : class, IRollup
    {
        var level = (short)clearance;
        return rollups.Where(rollup => rollup.Tlp <= level && rollup.ShadowedFrom > level);
    }
}

/// <summary>How many objects there are. Relationships and sightings are not among them: their ends may be hidden.</summary>
internal sealed class ObjectRollup : IRollup
{
    public Guid TenantId { get; set; }

    public required string Type { get; set; }

    /// <summary>Empty where the object states none.</summary>
    public required string Country { get; set; }

    /// <summary>Neither revoked nor deprecated.</summary>
    public bool IsLive { get; set; }

    public short Tlp { get; set; }

    public short ShadowedFrom { get; set; }

    public long Count { get; set; }
}

/// <summary>How many indicators there are, and how much they say.</summary>
internal sealed class IndicatorRollup : IRollup
{
    public Guid TenantId { get; set; }

    public required string Source { get; set; }

    public required string Severity { get; set; }

    public bool IsLive { get; set; }

    public short Tlp { get; set; }

    public short ShadowedFrom { get; set; }

    public long Count { get; set; }

    public long WithConfidence { get; set; }

    public long ConfidenceSum { get; set; }

    public long WithEnd { get; set; }
}

/// <summary>How many indicators were first recorded in an hour or day (UTC).</summary>
internal sealed class ArrivalRollup : IRollup
{
    public Guid TenantId { get; set; }

    /// <summary><c>hour</c> or <c>day</c>.</summary>
    public required string Span { get; set; }

    /// <summary><c>all</c>, <c>indicator_type</c>, <c>severity</c> or <c>source</c>.</summary>
    public required string Dimension { get; set; }

    public DateTimeOffset Bucket { get; set; }

    public required string Value { get; set; }

    public short Tlp { get; set; }

    public short ShadowedFrom { get; set; }

    public long Count { get; set; }
}

/// <summary>How many campaigns began (<c>first</c>) or were last seen (<c>last</c>) on a day.</summary>
internal sealed class CampaignRollup : IRollup
{
    public Guid TenantId { get; set; }

    public required string Edge { get; set; }

    public DateTimeOffset Day { get; set; }

    public short Tlp { get; set; }

    public short ShadowedFrom { get; set; }

    public long Count { get; set; }
}

/// <summary>
/// How many live relationships an actor or technique has. What the other end is marked with does not count here, so that
/// this is the most that a caller may see.
/// </summary>
internal sealed class LinkRollup : IRollup
{
    public Guid TenantId { get; set; }

    public required string ObjectType { get; set; }

    public required string RelationshipType { get; set; }

    public required string OtherType { get; set; }

    public required string StixId { get; set; }

    public short Tlp { get; set; }

    public short ShadowedFrom { get; set; }

    public long Count { get; set; }
}

/// <summary>What became of the incidents that were opened on a day.</summary>
internal sealed class IncidentRollup
{
    public Guid TenantId { get; set; }

    public DateTimeOffset Day { get; set; }

    public required string Severity { get; set; }

    public short Tlp { get; set; }

    public long Opened { get; set; }

    public long Triaged { get; set; }

    public long TriageSeconds { get; set; }

    public long Contained { get; set; }

    public long ContainSeconds { get; set; }

    public long Resolved { get; set; }

    public long ResolveSeconds { get; set; }
}
