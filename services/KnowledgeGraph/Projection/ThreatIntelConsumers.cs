using MassTransit;
using Platform.Contracts.ThreatIntel;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Projection;

/// <summary>Objects of ThreatIntel become nodes.</summary>
internal sealed class ThreatObjectsUpsertedConsumer(Projector projector) : IConsumer<Batch<ThreatObjectsUpserted>>
{
    public Task Consume(ConsumeContext<Batch<ThreatObjectsUpserted>> context) =>
        projector.ApplyAsync(context, "knowledgegraph.threat-objects-upserted", e => Array.ConvertAll([.. e.Objects], o => o.ToChange()));
}

/// <summary>Relationships and sightings of ThreatIntel become relationships.</summary>
internal sealed class RelationshipsUpsertedConsumer(Projector projector) : IConsumer<Batch<RelationshipsUpserted>>
{
    public Task Consume(ConsumeContext<Batch<RelationshipsUpserted>> context) =>
        projector.ApplyAsync(context, "knowledgegraph.relationships-upserted", e => Array.ConvertAll([.. e.Relationships], o => o.ToChange()));
}

/// <summary>What ThreatIntel removed goes.</summary>
internal sealed class ThreatObjectsRemovedConsumer(Projector projector) : IConsumer<Batch<ThreatObjectsRemoved>>
{
    public Task Consume(ConsumeContext<Batch<ThreatObjectsRemoved>> context) =>
        projector.ApplyAsync(context, "knowledgegraph.threat-objects-removed", e => Array.ConvertAll([.. e.Objects], o => o.ToChange()));
}

internal static class ConsumerExtensions
{
    /// <summary>Applies a batch tenant by tenant.</summary>
    public static async Task ApplyAsync<T>(this Projector projector, ConsumeContext<Batch<T>> context, string consumer, Func<T, Change[]> changes)
        where T : class
    {
        foreach (var tenant in Envelopes.Read(context).GroupBy(m => m.TenantId))
        {
            var messages = tenant.ToList();
            await BatchWork.RunAsync(consumer, messages, () => projector.ApplyAsync(
                tenant.Key, messages.ConvertAll(m => new Incoming(m.MessageId, m.OccurredAt, changes(m.Event))), context.CancellationToken));
        }
    }
}
