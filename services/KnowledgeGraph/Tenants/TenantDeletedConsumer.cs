using MassTransit;
using Platform.Contracts.Tenancy;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Recommendations;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Tenants;

/// <summary>Removes every graph of a deleted tenant, and says so (<see cref="Answers"/>).</summary>
internal sealed class TenantDeletedConsumer(Projector projector, TenantMemories memories, TimeProvider clock) : IConsumer<Batch<TenantDeleted>>
{
    private const string Name = "knowledgegraph.tenant-deleted";

    public Task Consume(ConsumeContext<Batch<TenantDeleted>> context)
    {
        var messages = Envelopes.Read(context);
        return BatchWork.RunAsync(Name, messages, () => AnswerAsync(context, messages));
    }

    private async Task AnswerAsync(ConsumeContext<Batch<TenantDeleted>> context, List<Received<TenantDeleted>> messages)
    {
        foreach (var message in messages)
        {
            var tenant = message.Event.TenantId;
            var erased = 0L;
            await memories.AloneAsync(tenant, async () => erased = await projector.EraseAsync(tenant, context.CancellationToken), isChange: true, context.CancellationToken);
            await context.AnswerAsync(message, new TenantErased(tenant, KnowledgeGraphSetup.ServiceName, erased), Name, clock.GetUtcNow());
        }
    }
}
