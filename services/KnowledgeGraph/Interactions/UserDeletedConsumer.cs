using MassTransit;
using Platform.Contracts.Identity;
using Platform.KnowledgeGraph.Recommendations;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Interactions;

/// <summary>Forgets what a deleted user did. Told again, there is nothing left to forget.</summary>
internal sealed class UserDeletedConsumer(TenantMemories memories) : IConsumer<Batch<UserDeleted>>
{
    public Task Consume(ConsumeContext<Batch<UserDeleted>> context)
    {
        var messages = Envelopes.Read(context);
        return BatchWork.RunAsync("knowledgegraph.user-deleted", messages, async () =>
        {
            foreach (var message in messages)
            {
                await memories.EraseUserAsync(message.Event.TenantId, message.Event.UserId.ToString("D"), context.CancellationToken);
            }
        });
    }
}
