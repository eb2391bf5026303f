using Platform.Contracts;

namespace Platform.ThreatIntel.Incidents;

/// <summary>Something that happened to the tenant.</summary>
internal sealed class Incident
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public required string Title { get; set; }

    public string? Description { get; set; }

    /// <summary>low, medium, high or critical.</summary>
    public required string Severity { get; set; }

    /// <summary><see cref="IncidentStatus"/>.</summary>
    public required string Status { get; set; }

    public TlpLevel Tlp { get; set; }

    public string? Assignee { get; set; }

    /// <summary>STIX ids of what it is about.</summary>
    public string[] ObjectRefs { get; set; } = [];

    public Guid[] AssetIds { get; set; } = [];

    /// <summary>The indicator whose sighting opened it; further sightings go into its timeline while it is open.</summary>
    public string? IndicatorId { get; set; }

    public DateTimeOffset OpenedAt { get; set; }

    public DateTimeOffset? TriagedAt { get; set; }

    public DateTimeOffset? ContainedAt { get; set; }

    public DateTimeOffset? ResolvedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }
}

/// <summary>An entry in an incident's timeline.</summary>
internal sealed class IncidentLog
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public Guid IncidentId { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary><c>opened</c>, <c>status</c>, <c>changed</c>, <c>sighting</c> or <c>comment</c>.</summary>
    public required string Kind { get; set; }

    public required string Message { get; set; }

    public required string Actor { get; set; }

    /// <summary>The incident's, when it was written.</summary>
    public required string Severity { get; set; }
}

/// <summary>open → triaged → contained → resolved: one step at a time, or straight to the end where nothing is to do.</summary>
internal static class IncidentStatus
{
    public const string Open = "open";
    public const string Resolved = "resolved";

    public static readonly string[] All = [Open, "triaged", "contained", Resolved];

    public static bool CanFollow(string from, string to) =>
        Array.IndexOf(All, to) == Array.IndexOf(All, from) + 1 || (to == Resolved && from != Resolved);

    public static void Enter(this Incident incident, string status, DateTimeOffset now)
    {
        incident.Status = status;
        switch (status)
        {
            case "triaged":
                incident.TriagedAt = now;
                break;
            case "contained":
                incident.ContainedAt = now;
                break;
            case Resolved:
                incident.ResolvedAt = now;
                break;
        }
    }
}
