using Platform.Contracts.ThreatIntel;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Incidents;

/// <summary>What people and matching share in writing incidents.</summary>
internal static class IncidentWriting
{
    /// <summary>Adds a new incident with the first entry of its timeline, and tells the other services.</summary>
    public static void OpenIncident(this ThreatIntelDb db, Incident incident, string message, string actor, DateTimeOffset now)
    {
        db.Incidents.Add(incident);
        db.Log(incident, "opened", message, actor, now);
        db.Publish(new IncidentOpened(incident.Id, incident.Title, incident.Severity, incident.Tlp, incident.ObjectRefs, incident.AssetIds));
    }

    public static IncidentLog Log(this ThreatIntelDb db, Incident incident, string kind, string message, string actor, DateTimeOffset now)
    {
        var log = new IncidentLog
        {
            Id = Guid.CreateVersion7(now),
            TenantId = incident.TenantId,
            IncidentId = incident.Id,
            At = now,
            Kind = kind,
            Message = message,
            Actor = actor,
            Severity = incident.Severity,
        };
        db.IncidentLogs.Add(log);
        return log;
    }
}
