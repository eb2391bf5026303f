using MassTransit;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Tenants;

/// <summary>
/// A new tenant needs nothing prepared here: all tenants share the tables, kept apart by row-level security. The service
/// says that it is ready, since Tenancy waits for every one.
/// </summary>
internal sealed class TenantCreatedConsumer(Inbox<ThreatIntelDb> inbox) : IConsumer<Batch<TenantCreated>>
{
    public Task Consume(ConsumeContext<Batch<TenantCreated>> context) => inbox.ProcessAsync(context, "threatintel.tenant-created", (db, _, messages, _) =>
    {
        foreach (var message in messages)
        {
            db.PublishFor(message.Event.TenantId, new TenantProvisioned(message.Event.TenantId, ThreatIntelSetup.ServiceName));
        }

        return Task.CompletedTask;
    });
}
