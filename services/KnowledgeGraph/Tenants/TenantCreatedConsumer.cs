using MassTransit;
using Platform.Contracts.Tenancy;
using Platform.KnowledgeGraph.Projection;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Tenants;

/// <summary>
/// Makes a new tenant's first graph and says so (<see cref="Answers"/>).
/// </summary>
internal sealed class TenantCreatedConsumer(Projector projector, TimeProvider clock) : IConsumer<Batch<TenantCreated>>
{
    private const string Name = "knowledgegraph.tenant-created";

    public Task Consume(ConsumeContext<Batch<TenantCreated>> context)
    {
        var messages = Envelopes.Read(context);
        return BatchWork.RunAsync(Name, messages, () => AnswerAsync(context, messages));
    }

    private async Task AnswerAsync(ConsumeContext<Batch<TenantCreated>> context, List<Received<TenantCreated>> messages)
    {
        foreach (var message in messages)
        {
            var tenant = message.Event.TenantId;
            await projector.PrepareAsync(tenant, context.CancellationToken);
            await context.AnswerAsync(message, new TenantProvisioned(tenant, KnowledgeGraphSetup.ServiceName), Name, clock.GetUtcNow());
        }
    }
}
