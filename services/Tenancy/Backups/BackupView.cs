using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Backups;

/// <summary>What one service has done.</summary>
/// <param name="Service">The service.</param>
/// <param name="Status">running, completed or failed.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Rows">Rows, or nodes and relationships.</param>
/// <param name="Bytes">Size of its file; absent for a restore.</param>
/// <param name="Sha256">Hash of its file; absent for a restore.</param>
/// <param name="At">When it said so.</param>
internal sealed record BackupPartView(string Service, BackupStatus Status, string? Error, long? Rows, long? Bytes, string? Sha256, DateTimeOffset? At);

/// <summary>A restore of a backup.</summary>
/// <param name="Status">running, completed or failed.</param>
/// <param name="Phase">verify while every part is read and nothing is changed, then restore.</param>
/// <param name="CompletedAt">When every service had restored its part.</param>
/// <param name="Parts">How far each service is in this phase.</param>
internal sealed record RestoreView(BackupStatus Status, BackupWork Phase, DateTimeOffset? CompletedAt, IReadOnlyList<BackupPartView> Parts);

/// <summary>A backup of the platform.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status">running, completed or failed.</param>
/// <param name="Note">What it was made for.</param>
/// <param name="Path">Its folder below each service's data root.</param>
/// <param name="CreatedBy">Who asked for it.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="CompletedAt">When the last part was there.</param>
/// <param name="Rows">Rows, nodes and relationships in all.</param>
/// <param name="Bytes">Bytes in all.</param>
/// <param name="Parts">What each service has done.</param>
/// <param name="Restore">The last restore of it, if there was one.</param>
internal sealed record BackupView(
    Guid Id,
    BackupStatus Status,
    string? Note,
    string Path,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? CompletedAt,
    long Rows,
    long Bytes,
    IReadOnlyList<BackupPartView> Parts,
    RestoreView? Restore)
{
    public static BackupView Of(Backup backup, IEnumerable<BackupPart> all)
    {
        var parts = all.Where(p => p.BackupId == backup.Id).ToList();
        var written = parts.Where(p => p.Work == BackupWork.Backup).ToList();
        return new BackupView(
            backup.Id,
            backup.Status,
            backup.Note,
            backup.Path,
            backup.CreatedBy,
            backup.CreatedAt,
            backup.CompletedAt,
            written.Sum(p => p.Rows),
            written.Sum(p => p.Bytes),
            Views(written),
            backup.RestoreStatus is { } status ? RestoreOf(status, backup, parts) : null);
    }

    private static RestoreView RestoreOf(BackupStatus status, Backup backup, List<BackupPart> parts)
    {
        var verified = parts.Where(p => p.Work == BackupWork.Verify).ToList();
        var phase = verified.Count == RunBackups.Services.Count && verified.TrueForAll(p => p.Error is null) ? BackupWork.Restore : BackupWork.Verify;
        return new RestoreView(status, phase, backup.RestoredAt, Views(parts.Where(p => p.Work == phase).ToList()));
    }

    private static List<BackupPartView> Views(List<BackupPart> parts) => RunBackups.Services.Select(name => parts.Find(p => p.Service == name) is { } part
        ? new BackupPartView(name, part.Status, part.Error, part.Rows, part.Bytes == 0 ? null : part.Bytes, part.Sha256, part.At)
        : new BackupPartView(name, BackupStatus.Running, null, null, null, null, null)).ToList();
}
