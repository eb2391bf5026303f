using MassTransit;
using Platform.Contracts.Tenancy;
using Platform.Identity.Protocol;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Tenants;

/// <summary>Nobody signs in to a suspended tenant.</summary>
internal sealed class TenantSuspendedConsumer(Inbox<IdentityDb> inbox, ClientDirectory clients) : IConsumer<Batch<TenantSuspended>>
{
    public async Task Consume(ConsumeContext<Batch<TenantSuspended>> context)
    {
        await inbox.ProcessAsync(context, nameof(TenantSuspendedConsumer), async (db, _, messages, ct) =>
        {
            foreach (var message in messages)
            {
                await TenantCopies.SetStatusAsync(db, message.Event.TenantId, TenantStatus.Suspended, message.OccurredAt, ct);
            }
        });
        clients.ForgetAll();
    }
}
