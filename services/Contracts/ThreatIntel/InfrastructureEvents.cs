namespace Platform.Contracts.ThreatIntel;

/// <summary>An asset was written.</summary>
/// <param name="Id">The asset.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Such as host, network, service.</param>
/// <param name="Criticality">low, medium, high or critical.</param>
/// <param name="Exposure">internal, partner or internet.</param>
/// <param name="Version">Grows with every change: of two messages about an asset the one with the higher version is the newer.</param>
public sealed record AssetUpserted(Guid Id, string Name, string Kind, string Criticality, string Exposure, long Version) : IIntegrationEvent;

/// <summary>An incident was opened: by a person, or by a sighting of a grave indicator.</summary>
/// <param name="Id">The incident.</param>
/// <param name="Title">Its title.</param>
/// <param name="Severity">low, medium, high or critical.</param>
/// <param name="Tlp">The level from which the incident is seen, and so this event.</param>
/// <param name="ObjectRefs">STIX ids of what it is about.</param>
/// <param name="AssetIds">Assets that are hit.</param>
public sealed record IncidentOpened(
    Guid Id, string Title, string Severity, TlpLevel Tlp, IReadOnlyList<string> ObjectRefs, IReadOnlyList<Guid> AssetIds) : IIntegrationEvent;

/// <summary>An incident changed: its status, what is said of it, or what it is about.</summary>
/// <param name="Id">The incident.</param>
/// <param name="Status">open, triaged, contained or resolved.</param>
/// <param name="Severity">low, medium, high or critical.</param>
/// <param name="Tlp">The level from which the incident is seen, and so this event.</param>
/// <param name="Version">Grows with every change.</param>
public sealed record IncidentUpdated(Guid Id, string Status, string Severity, TlpLevel Tlp, long Version) : IIntegrationEvent;
