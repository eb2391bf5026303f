namespace Platform.Contracts.KnowledgeGraph;

/// <summary>
/// A tenant's graph is to be built anew from what ThreatIntel holds: ThreatIntel answers with everything
/// (<see cref="ThreatIntel.ThreatObjectsExported"/>), then <see cref="ThreatIntel.ThreatExportCompleted"/>.
/// </summary>
/// <param name="RebuildId">Names the rebuild in every answer.</param>
public sealed record GraphRebuildRequested(Guid RebuildId) : IIntegrationEvent;
