using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Configuration;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Backups;

/// <summary>
/// Leads backups and restores: asks every service, counts what they answer, and says when all is done. A restore is two
/// rounds: only when every service has read its part to the end is any of them told to change something.
/// </summary>
internal sealed class RunBackups(TenancyDb db, ChangeConfiguration configuration, BackupManifests manifests, CallContext call, TimeProvider clock)
{
    /// <summary>The services that hold something.</summary>
    public static readonly IReadOnlyList<string> Services = ["agent", "identity", "knowledgegraph", "tenancy", "threatintel"];

    public async Task<Backup> StartAsync(string? note, CancellationToken ct)
    {
        await RefuseWhileBusyAsync(ct);
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var backup = new Backup
        {
            Id = id,
            Status = BackupStatus.Running,
            Path = $"{(await configuration.ReadAsync(ct)).Settings.BackupPath}/{id:N}",
            Note = note,
            CreatedBy = call.Subject,
            CreatedAt = now,
            UpdatedAt = now,
            Version = 1,
        };
        db.Backups.Add(backup);
        db.PublishFor(WellKnown.DefaultTenantId, new BackupRequested(id, backup.Path));
        db.Record(call, "backup_started", $"backup/{id}", now);
        await db.SaveChangesAsync(ct);
        return backup;
    }

    public async Task RestoreAsync(Backup backup, CancellationToken ct)
    {
        if (backup.Status != BackupStatus.Completed)
        {
            throw new FaultException(new Fault(ErrorCodes.Conflict, "Only a completed backup can be restored."));
        }

        await RefuseWhileBusyAsync(ct);
        var now = clock.GetUtcNow();
        backup.RestoreStatus = BackupStatus.Running;
        backup.RestoreId = Guid.CreateVersion7(now);
        backup.RestoredAt = null;
        backup.Touch(now);
        await db.BackupParts.Where(p => p.BackupId == backup.Id && p.Work != BackupWork.Backup).ExecuteDeleteAsync(ct);
        db.PublishFor(WellKnown.DefaultTenantId, await RequestAsync(backup, apply: false, ct));
        db.Record(call, "restore_started", $"backup/{backup.Id}", now);
        await db.SaveChangesAsync(ct);
    }

    public async Task RemoveAsync(Backup backup, CancellationToken ct)
    {
        if (backup.RestoreStatus == BackupStatus.Running)
        {
            throw new FaultException(new Fault(ErrorCodes.Conflict, "The backup is being restored."));
        }

        db.Backups.Remove(backup);
        db.PublishFor(WellKnown.DefaultTenantId, new BackupRemoved(backup.Id, backup.Path));
        db.Record(call, "backup_deleted", $"backup/{backup.Id}", clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Notes the part of a service; with the last one the backup is complete.</summary>
    public async Task NoteAsync(BackupPartCompleted part, DateTimeOffset at, CancellationToken ct)
    {
        if (await LockAsync(part.BackupId, ct) is not { Status: BackupStatus.Running } backup)
        {
            return;
        }

        var parts = await AddAsync(backup, BackupWork.Backup, part.Service, part.Error, part.Rows, part.Bytes, part.Sha256, at, ct);
        if (parts.Count < Services.Count)
        {
            return;
        }

        var now = clock.GetUtcNow();
        backup.Status = parts.TrueForAll(p => p.Status == BackupStatus.Completed) ? BackupStatus.Completed : BackupStatus.Failed;
        backup.CompletedAt = now;
        backup.Touch(now);
        if (backup.Status == BackupStatus.Completed)
        {
            await manifests.WriteAsync(
                backup.Path,
                new Manifest(BackupManifests.Format, backup.Id, backup.Note, backup.CreatedBy, backup.CreatedAt, now, [.. parts.Select(p => new ManifestPart(p.Service, p.Rows, p.Bytes, p.Sha256!))]),
                ct);
        }
    }

    /// <summary>Notes what a service found or restored; with the last of a round comes the next one, or the end.</summary>
    public async Task NoteAsync(RestorePartCompleted part, DateTimeOffset at, CancellationToken ct)
    {
        if (await LockAsync(part.BackupId, ct) is not { RestoreStatus: BackupStatus.Running } backup || backup.RestoreId != part.RestoreId)
        {
            return;
        }

        var work = part.Applied ? BackupWork.Restore : BackupWork.Verify;
        var parts = await AddAsync(backup, work, part.Service, part.Error, part.Rows, 0, null, at, ct);
        if (parts.Count < Services.Count)
        {
            return;
        }

        var now = clock.GetUtcNow();
        var isGood = parts.TrueForAll(p => p.Status == BackupStatus.Completed);
        if (isGood && work == BackupWork.Verify)
        {
            db.PublishFor(WellKnown.DefaultTenantId, await RequestAsync(backup, apply: true, ct));
        }
        else
        {
            backup.RestoreStatus = isGood ? BackupStatus.Completed : BackupStatus.Failed;
            backup.RestoredAt = isGood ? now : null;
            if (isGood)
            {
                // The settings of then hold again, for everybody.
                await configuration.TellAsync(ct);
            }
        }

        backup.Touch(now);
    }

    /// <summary>Ends what has waited too long for the next word of a service, and notes which ones said nothing.</summary>
    public async Task EndOverdueAsync(TimeSpan patience, CancellationToken ct)
    {
        var oldest = clock.GetUtcNow() - patience;
        var overdue = await db.Backups.AsNoTracking()
            .Where(b => (b.Status == BackupStatus.Running || b.RestoreStatus == BackupStatus.Running) && b.UpdatedAt < oldest).Select(b => b.Id).ToListAsync(ct);
        foreach (var id in overdue)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            if (await LockAsync(id, ct) is { } backup && backup.UpdatedAt < oldest)
            {
                await EndAsync(backup, patience, ct);
                await db.SaveChangesAsync(ct);
                await transaction.CommitAsync(ct);
            }
        }
    }

    private async Task EndAsync(Backup backup, TimeSpan patience, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var parts = await db.BackupParts.Where(p => p.BackupId == backup.Id).ToListAsync(ct);
        var work = backup.Status == BackupStatus.Running ? BackupWork.Backup
            : parts.Count(p => p.Work == BackupWork.Verify) < Services.Count ? BackupWork.Verify : BackupWork.Restore;
        foreach (var service in Services.Where(s => !parts.Exists(p => p.Work == work && p.Service == s)))
        {
            db.BackupParts.Add(new BackupPart
            {
                BackupId = backup.Id,
                Service = service,
                Work = work,
                Status = BackupStatus.Failed,
                Error = $"The service did not answer within {patience.TotalSeconds:0} s.",
                At = now,
            });
        }

        if (work == BackupWork.Backup)
        {
            (backup.Status, backup.CompletedAt) = (BackupStatus.Failed, now);
        }
        else
        {
            backup.RestoreStatus = BackupStatus.Failed;
        }

        backup.Touch(now);
        db.Record(call, work == BackupWork.Backup ? "backup_failed" : "restore_failed", $"backup/{backup.Id}", now);
    }

    /// <summary>One answer at a time is counted.</summary>
    private async Task<Backup?> LockAsync(Guid id, CancellationToken ct) =>
        await db.Backups.FromSql($"SELECT * FROM backups WHERE id = {id} FOR UPDATE").SingleOrDefaultAsync(ct);

    private async Task<List<BackupPart>> AddAsync(
        Backup backup, BackupWork work, string service, string? error, long rows, long bytes, string? sha256, DateTimeOffset at, CancellationToken ct)
    {
        var parts = await db.BackupParts.Where(p => p.BackupId == backup.Id && p.Work == work).ToListAsync(ct);
        if (!Services.Contains(service) || parts.Exists(p => p.Service == service))
        {
            return [];
        }

        var part = new BackupPart
        {
            BackupId = backup.Id,
            Service = service,
            Work = work,
            Status = error is null ? BackupStatus.Completed : BackupStatus.Failed,
            Error = error,
            Rows = rows,
            Bytes = bytes,
            Sha256 = sha256,
            At = at,
        };
        db.BackupParts.Add(part);
        backup.Touch(clock.GetUtcNow());
        parts.Add(part);
        return parts;
    }

    private async Task<RestoreRequested> RequestAsync(Backup backup, bool apply, CancellationToken ct) => new(
        backup.Id,
        backup.RestoreId!.Value,
        backup.Path,
        apply,
        await db.BackupParts.Where(p => p.BackupId == backup.Id && p.Work == BackupWork.Backup).ToDictionaryAsync(p => p.Service, p => p.Sha256!, ct));

    private async Task RefuseWhileBusyAsync(CancellationToken ct)
    {
        if (await db.Backups.AnyAsync(b => b.Status == BackupStatus.Running || b.RestoreStatus == BackupStatus.Running, ct))
        {
            throw new FaultException(new Fault(ErrorCodes.Conflict, "A backup or a restore is running; delete it or wait for its end."));
        }
    }
}
