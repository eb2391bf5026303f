namespace Platform.Contracts.ThreatIntel;

/// <summary>
/// A part of everything that ThreatIntel holds of a tenant, told again as it was told when it was written: with the same revisions, so
/// that whoever has heard newer things keeps them. Parts come in any order.
/// </summary>
/// <param name="ExportId">The rebuild that asked for it.</param>
/// <param name="Part">The number of this part, from 0.</param>
/// <param name="Objects">Objects, with <paramref name="Relationships"/> at most 250.</param>
/// <param name="Relationships">Relationships and sightings.</param>
public sealed record ThreatObjectsExported(
    Guid ExportId, int Part, IReadOnlyList<ThreatObject> Objects, IReadOnlyList<Relationship> Relationships) : IIntegrationEvent;

/// <summary>All parts of an export are on their way.</summary>
/// <param name="ExportId">The rebuild that asked for it.</param>
/// <param name="Parts">How many parts there are.</param>
public sealed record ThreatExportCompleted(Guid ExportId, int Parts) : IIntegrationEvent;
