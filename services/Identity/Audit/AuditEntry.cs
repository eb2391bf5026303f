namespace Platform.Identity.Audit;

/// <summary>One line of the audit log. Rows are added and never changed; the service's own role may do nothing else.</summary>
internal sealed class AuditEntry
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public DateTimeOffset At { get; set; }

    public string Action { get; set; } = "";

    /// <summary>What it was done to, as <c>kind/id</c>.</summary>
    public string Resource { get; set; } = "";

    /// <summary>success, refused or failed.</summary>
    public string Outcome { get; set; } = "";

    public string? ActorId { get; set; }

    public string? Address { get; set; }

    /// <summary>Small facts, none of them secret, as a JSON object of strings.</summary>
    public string? Details { get; set; }
}
