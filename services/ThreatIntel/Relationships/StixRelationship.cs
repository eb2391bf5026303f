using Platform.Contracts;
using Platform.ThreatIntel.Objects;

namespace Platform.ThreatIntel.Relationships;

/// <summary>A relationship, or a sighting as a relationship of type <c>sighting-of</c>.</summary>
internal sealed class StixRelationship : IMarked
{
    public const string SightingOf = "sighting-of";

    public Guid TenantId { get; set; }

    public required string StixId { get; set; }

    public TlpLevel Tlp { get; set; }

    public short ShadowedFrom { get; set; } = Marking.NotShadowed;

    public required string RelationshipType { get; set; }

    public required string SourceRef { get; set; }

    public required string TargetRef { get; set; }

    public string? Description { get; set; }

    public int? Confidence { get; set; }

    /// <summary>How often it was seen: sightings only.</summary>
    public int? Count { get; set; }

    /// <summary><c>start_time</c>, or <c>first_seen</c> of a sighting.</summary>
    public DateTimeOffset? StartTime { get; set; }

    /// <summary><c>stop_time</c>, or <c>last_seen</c> of a sighting.</summary>
    public DateTimeOffset? StopTime { get; set; }

    public DateTimeOffset? Created { get; set; }

    public DateTimeOffset Modified { get; set; }

    public bool Revoked { get; set; }

    public bool Deprecated { get; set; }

    public long Revision { get; set; }
}
