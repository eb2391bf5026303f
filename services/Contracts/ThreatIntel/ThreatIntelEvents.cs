namespace Platform.Contracts.ThreatIntel;

/// <summary>
/// Objects came in or changed: at most 500 in a message. Messages are not ordered among each other: whoever
/// keeps a copy takes an object only when its <see cref="ObjectVersion.Revision"/> is higher than what it has.
/// </summary>
public sealed record ThreatObjectsUpserted(IReadOnlyList<ThreatObject> Objects) : IIntegrationEvent;

/// <summary>
/// Relationships or sightings came in or changed: at most 500 in a message. One may arrive before the objects
/// at its ends, and an end may never arrive (a dangling reference is allowed in STIX).
/// </summary>
public sealed record RelationshipsUpserted(IReadOnlyList<Relationship> Relationships) : IIntegrationEvent;

/// <summary>Objects or relationships were deleted: at most 500 in a message.</summary>
public sealed record ThreatObjectsRemoved(IReadOnlyList<RemovedObject> Objects) : IIntegrationEvent;

/// <summary>An object or relationship that is gone.</summary>
/// <param name="Id">Its STIX id.</param>
/// <param name="Type">Its STIX type; <c>relationship</c> and <c>sighting</c> for relationships.</param>
/// <param name="Revision">The revision of the deletion: an upsert with a lower one is stale.</param>
/// <param name="GoneBelow">
/// Almost always absent: gone at every level. When present, callers from this level on keep seeing a version of
/// their own.
/// </param>
public sealed record RemovedObject(string Id, string Type, long Revision, TlpLevel? GoneBelow = null);

/// <summary>An import has come this far. Nothing is published for an import that changes nothing.</summary>
public sealed record ImportProgressed(Guid ImportId, long Total, long Processed, long Failed) : IIntegrationEvent;

/// <summary>An import that changed something has ended.</summary>
/// <param name="ImportId">The import.</param>
/// <param name="Status"><c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Total">How many objects the bundle holds.</param>
/// <param name="Created">New objects.</param>
/// <param name="Updated">Objects of which a newer version came.</param>
/// <param name="Unchanged">Objects that were already here.</param>
/// <param name="Failed">Objects that were refused.</param>
public sealed record ImportCompleted(
    Guid ImportId,
    string Status,
    long Total,
    long Created,
    long Updated,
    long Unchanged,
    long Failed) : IIntegrationEvent;

/// <summary>An indicator's time of validity has ended. What had ended before it came in is not announced.</summary>
/// <param name="Id">The indicator.</param>
/// <param name="ValidUntil">When it ended.</param>
/// <param name="Tlp">The level from which the indicator is seen, and so this event.</param>
public sealed record IndicatorExpired(string Id, DateTimeOffset ValidUntil, TlpLevel Tlp) : IIntegrationEvent;

/// <summary>An indicator was seen: told by a person, or found in observed events.</summary>
/// <param name="SightingId">The sighting object.</param>
/// <param name="IndicatorId">What was seen.</param>
/// <param name="Count">How often.</param>
/// <param name="SeenAt">When last.</param>
/// <param name="Tlp">The level from which the sighting is seen, and so this event.</param>
public sealed record SightingRecorded(string SightingId, string IndicatorId, int Count, DateTimeOffset SeenAt, TlpLevel Tlp) : IIntegrationEvent;
