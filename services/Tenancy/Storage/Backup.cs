namespace Platform.Tenancy.Storage;

/// <summary>What a backup or a restore is doing.</summary>
internal enum BackupStatus
{
    Running,
    Completed,
    Failed,
}

/// <summary>What is done with a part.</summary>
internal enum BackupWork
{
    Backup,

    /// <summary>Before a restore: every part is read to its end, and nothing is changed.</summary>
    Verify,
    Restore,
}

/// <summary>One backup of the platform: a part from every service. The platform's own, of no tenant.</summary>
internal sealed class Backup
{
    public Guid Id { get; set; }

    public BackupStatus Status { get; set; }

    /// <summary>The folder of its parts, below each service's data root.</summary>
    public string Path { get; set; } = "";

    public string? Note { get; set; }

    public string CreatedBy { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>The last restore of it, if there was one.</summary>
    public BackupStatus? RestoreStatus { get; set; }

    /// <summary>Which run of a restore: answers to an earlier one do not count.</summary>
    public Guid? RestoreId { get; set; }

    public DateTimeOffset? RestoredAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }

    public void Touch(DateTimeOffset now)
    {
        UpdatedAt = now;
        Version++;
    }
}

/// <summary>What one service said of its part.</summary>
internal sealed class BackupPart
{
    public Guid BackupId { get; set; }

    public string Service { get; set; } = "";

    public BackupWork Work { get; set; }

    public BackupStatus Status { get; set; }

    public string? Error { get; set; }

    public long Rows { get; set; }

    public long Bytes { get; set; }

    /// <summary>SHA-256 of the part's file, in hexadecimal digits.</summary>
    public string? Sha256 { get; set; }

    public DateTimeOffset At { get; set; }
}
