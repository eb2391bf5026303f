using MassTransit;
using Platform.Contracts.Tenancy;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Tenants;

/// <summary>A deleted tenant is as good as unknown, and nothing of it is kept.</summary>
internal sealed class TenantDeletedConsumer(Inbox<IdentityDb> inbox, TimeProvider clock) : IConsumer<Batch<TenantDeleted>>
{
    public Task Consume(ConsumeContext<Batch<TenantDeleted>> context) =>
        inbox.ProcessAsync(context, nameof(TenantDeletedConsumer), async (db, _, messages, ct) =>
        {
            foreach (var message in messages)
            {
                await TenantCopies.SetStatusAsync(db, message.Event.TenantId, TenantStatus.Deleted, message.OccurredAt, ct);
                await db.EraseTenantAsync(message.Event.TenantId, clock.GetUtcNow(), ct);
            }
        });
}
