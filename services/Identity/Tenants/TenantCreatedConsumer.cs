using MassTransit;
using Platform.Contracts.Tenancy;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Tenants;

/// <summary>A new tenant can have users once it is known here.</summary>
internal sealed class TenantCreatedConsumer(Inbox<IdentityDb> inbox) : IConsumer<Batch<TenantCreated>>
{
    public Task Consume(ConsumeContext<Batch<TenantCreated>> context) =>
        inbox.ProcessAsync(context, nameof(TenantCreatedConsumer), async (db, _, messages, ct) =>
        {
            foreach (var message in messages)
            {
                var tenant = message.Event;
                await TenantCopies.NameAsync(db, tenant.TenantId, tenant.Slug, tenant.Name, message.OccurredAt, ct);
                db.PublishFor(tenant.TenantId, new TenantProvisioned(tenant.TenantId, "identity"), tenant.TenantId.ToString());
            }
        });
}
