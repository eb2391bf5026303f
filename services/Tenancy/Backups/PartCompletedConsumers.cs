using MassTransit;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Backups;

/// <summary>Counts the parts of a backup.</summary>
internal sealed class BackupPartCompletedConsumer(Inbox<TenancyDb> inbox) : IConsumer<Batch<BackupPartCompleted>>
{
    public Task Consume(ConsumeContext<Batch<BackupPartCompleted>> context) =>
        inbox.ProcessAsync(context, "tenancy.backup-part-completed", async (db, services, messages, ct) =>
        {
            foreach (var message in messages)
            {
                await services.GetRequiredService<RunBackups>().NoteAsync(message.Event, message.OccurredAt, ct);
                await db.SaveChangesAsync(ct);
            }
        });
}

/// <summary>Counts the parts of a restore.</summary>
internal sealed class RestorePartCompletedConsumer(Inbox<TenancyDb> inbox) : IConsumer<Batch<RestorePartCompleted>>
{
    public Task Consume(ConsumeContext<Batch<RestorePartCompleted>> context) =>
        inbox.ProcessAsync(context, "tenancy.restore-part-completed", async (db, services, messages, ct) =>
        {
            foreach (var message in messages)
            {
                await services.GetRequiredService<RunBackups>().NoteAsync(message.Event, message.OccurredAt, ct);
                await db.SaveChangesAsync(ct);
            }
        });
}
