using MassTransit;
using Platform.Contracts.Tenancy;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Tenants;

/// <summary>Sign-in finds a tenant by its slug.</summary>
internal sealed class TenantUpdatedConsumer(Inbox<IdentityDb> inbox) : IConsumer<Batch<TenantUpdated>>
{
    public Task Consume(ConsumeContext<Batch<TenantUpdated>> context) =>
        inbox.ProcessAsync(context, nameof(TenantUpdatedConsumer), async (db, _, messages, ct) =>
        {
            foreach (var message in messages)
            {
                await TenantCopies.NameAsync(db, message.Event.TenantId, message.Event.Slug, message.Event.Name, message.OccurredAt, ct);
            }
        });
}
