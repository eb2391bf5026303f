using MassTransit;
using Platform.Agent.Storage;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;

namespace Platform.Agent.Tenants;

/// <summary>Erases everything of a deleted tenant, and says so when nothing is left.</summary>
internal sealed class TenantDeletedConsumer(Inbox<AgentDb> inbox) : IConsumer<Batch<TenantDeleted>>
{
    public Task Consume(ConsumeContext<Batch<TenantDeleted>> context) => inbox.ProcessAsync(context, "agent.tenant-deleted", async (db, _, messages, ct) =>
    {
        foreach (var tenant in messages.Select(m => m.Event.TenantId))
        {
            var erased = await EraseTenant.RunAsync(db, tenant, [], ct);
            db.PublishFor(tenant, new TenantErased(tenant, AgentSetup.ServiceName, erased), tenant.ToString("N"));
        }
    });
}
