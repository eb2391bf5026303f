using MassTransit;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Imports;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Tenants;

/// <summary>Erases everything of a deleted tenant, bundles that wait for their import included, and says so when nothing is left.</summary>
internal sealed class TenantDeletedConsumer(Inbox<ThreatIntelDb> inbox, ImportSpool spool) : IConsumer<Batch<TenantDeleted>>
{
    public Task Consume(ConsumeContext<Batch<TenantDeleted>> context) => inbox.ProcessAsync(context, "threatintel.tenant-deleted", async (db, _, messages, ct) =>
    {
        foreach (var tenant in messages.Select(m => m.Event.TenantId))
        {
            spool.DeleteAll(tenant);
            var erased = await EraseTenant.RunAsync(db, tenant, [], ct);
            db.PublishFor(tenant, new TenantErased(tenant, ThreatIntelSetup.ServiceName, erased), tenant.ToString("N"));
        }
    });
}
