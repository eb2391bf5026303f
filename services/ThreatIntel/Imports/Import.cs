namespace Platform.ThreatIntel.Imports;

internal enum ImportStatus
{
    Queued,
    Running,
    Completed,
    Failed,
    Cancelled,
}

/// <summary>One import and how far it has come.</summary>
internal sealed class Import
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public ImportStatus Status { get; set; }

    public required string Format { get; set; }

    /// <summary>Objects in the bundle; 0 until they have been counted.</summary>
    public long Total { get; set; }

    /// <summary>Objects behind which the import goes on after a crash: committed together with their effect.</summary>
    public long Processed { get; set; }

    public long Created { get; set; }

    public long Updated { get; set; }

    public long Unchanged { get; set; }

    public long Failed { get; set; }

    /// <summary>Why the import as a whole failed.</summary>
    public string? Message { get; set; }

    public long SizeBytes { get; set; }

    /// <summary>Who started it, and what they may see: the import acts with their rights.</summary>
    public required string Actor { get; set; }

    public Contracts.TlpLevel Clearance { get; set; }

    public string? TraceParent { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public bool IsOver => Status is ImportStatus.Completed or ImportStatus.Failed or ImportStatus.Cancelled;
}

/// <summary>An object that an import refused.</summary>
internal sealed class ImportError
{
    public Guid TenantId { get; set; }

    public Guid ImportId { get; set; }

    /// <summary>Its place in the bundle.</summary>
    public long Index { get; set; }

    /// <summary>Its STIX id, where it has one.</summary>
    public string? StixId { get; set; }

    /// <summary>A JSON path from the bundle's root.</summary>
    public required string Path { get; set; }

    public required string Message { get; set; }
}
