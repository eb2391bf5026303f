using Microsoft.EntityFrameworkCore;
using Platform.Tenancy.Configuration;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Backups;

/// <summary>
/// The backups that can be had: those in the database and those that lie on disk. After a loss of every store the disk is
/// all there is; what lies there is taken up.
/// </summary>
internal sealed class BackupShelf(TenancyDb db, BackupManifests manifests, ChangeConfiguration configuration)
{
    /// <summary>Enters what lies on disk and is not known yet.</summary>
    public async Task TakeUpAsync(CancellationToken ct)
    {
        var folder = (await configuration.ReadAsync(ct)).Settings.BackupPath;
        foreach (var (path, manifest) in await manifests.ReadAllAsync(folder, ct))
        {
            if (await db.Backups.AnyAsync(b => b.Id == manifest.Id, ct))
            {
                continue;
            }

            db.Backups.Add(new Backup
            {
                Id = manifest.Id,
                Status = BackupStatus.Completed,
                Path = path,
                Note = manifest.Note,
                CreatedBy = manifest.CreatedBy,
                CreatedAt = manifest.CreatedAt,
                CompletedAt = manifest.CompletedAt,
                UpdatedAt = manifest.CompletedAt,
                Version = 1,
            });
            db.BackupParts.AddRange(manifest.Parts.Select(p => new BackupPart
            {
                BackupId = manifest.Id,
                Service = p.Service,
                Work = BackupWork.Backup,
                Status = BackupStatus.Completed,
                Rows = p.Rows,
                Bytes = p.Bytes,
                Sha256 = p.Sha256,
                At = manifest.CompletedAt,
            }));
            await db.SaveChangesAsync(ct);
        }
    }

    /// <summary>A backup, known or on disk.</summary>
    public async Task<Backup?> FindAsync(Guid id, CancellationToken ct)
    {
        if (await db.Backups.SingleOrDefaultAsync(b => b.Id == id, ct) is { } known)
        {
            return known;
        }

        await TakeUpAsync(ct);
        return await db.Backups.SingleOrDefaultAsync(b => b.Id == id, ct);
    }

    public Task<List<BackupPart>> PartsAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct) =>
        db.BackupParts.AsNoTracking().Where(p => ids.Contains(p.BackupId)).OrderBy(p => p.Service).ToListAsync(ct);
}
