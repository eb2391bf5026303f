using MassTransit;
using Platform.Agent.Storage;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;

namespace Platform.Agent.Tenants;

/// <summary>
/// A new tenant needs nothing prepared here: conversations come with the first question. The service says that it is
/// ready, since Tenancy waits for every one.
/// </summary>
internal sealed class TenantCreatedConsumer(Inbox<AgentDb> inbox) : IConsumer<Batch<TenantCreated>>
{
    public Task Consume(ConsumeContext<Batch<TenantCreated>> context) => inbox.ProcessAsync(context, "agent.tenant-created", (db, _, messages, _) =>
    {
        foreach (var message in messages)
        {
            db.PublishFor(message.Event.TenantId, new TenantProvisioned(message.Event.TenantId, AgentSetup.ServiceName));
        }

        return Task.CompletedTask;
    });
}
