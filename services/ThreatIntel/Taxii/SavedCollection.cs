using Platform.Contracts;

namespace Platform.ThreatIntel.Taxii;

/// <summary>A filter that a tenant saved: TAXII shows it as a collection to read.</summary>
internal sealed class SavedCollection
{
    /// <summary>Saved filters of a tenant at most.</summary>
    public const int Most = 100;

    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public required string Title { get; set; }

    public string? Description { get; set; }

    /// <summary>STIX types; all of them when empty.</summary>
    public string[] Types { get; set; } = [];

    public TlpLevel? Level { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>What became of a request that added objects; kept for the one who made it.</summary>
internal sealed class StoredStatus
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public required string Subject { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>The status resource as JSON.</summary>
    public required string Body { get; set; }
}
