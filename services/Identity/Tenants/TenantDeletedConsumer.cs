using MassTransit;
using Platform.Contracts.Tenancy;
using Platform.Identity.Protocol;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Tenants;

/// <summary>A deleted tenant is as good as unknown, and nothing of it is kept.</summary>
internal sealed class TenantDeletedConsumer(Inbox<IdentityDb> inbox, ClientDirectory clients, TimeProvider clock) : IConsumer<Batch<TenantDeleted>>
{
    public async Task Consume(ConsumeContext<Batch<TenantDeleted>> context)
    {
        await inbox.ProcessAsync(context, nameof(TenantDeletedConsumer), async (db, _, messages, ct) =>
        {
            foreach (var message in messages)
            {
                await TenantCopies.SetStatusAsync(db, message.Event.TenantId, TenantStatus.Deleted, message.OccurredAt, ct);
                await db.EraseTenantAsync(message.Event.TenantId, clock.GetUtcNow(), ct);
            }
        });
        clients.ForgetAll();
    }
}
