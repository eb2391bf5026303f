using MassTransit;
using Platform.Contracts.Tenancy;
using Platform.Identity.Protocol;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Tenants;

/// <summary>A tenant's users may sign in again.</summary>
internal sealed class TenantReactivatedConsumer(Inbox<IdentityDb> inbox, ClientDirectory clients) : IConsumer<Batch<TenantReactivated>>
{
    public async Task Consume(ConsumeContext<Batch<TenantReactivated>> context)
    {
        await inbox.ProcessAsync(context, nameof(TenantReactivatedConsumer), async (db, _, messages, ct) =>
        {
            foreach (var message in messages)
            {
                await TenantCopies.SetStatusAsync(db, message.Event.TenantId, TenantStatus.Active, message.OccurredAt, ct);
            }
        });
        clients.ForgetAll();
    }
}
