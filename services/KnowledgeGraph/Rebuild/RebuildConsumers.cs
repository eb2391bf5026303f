using MassTransit;
using Platform.Contracts.ThreatIntel;
using Platform.KnowledgeGraph.Projection;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Rebuild;

/// <summary>Puts what ThreatIntel tells again into the graphs.</summary>
internal sealed class ThreatObjectsExportedConsumer(RebuildGraph rebuild) : IConsumer<Batch<ThreatObjectsExported>>
{
    private const string Name = "knowledgegraph.threat-objects-exported";

    public async Task Consume(ConsumeContext<Batch<ThreatObjectsExported>> context)
    {
        foreach (var message in Envelopes.Read(context))
        {
            var part = message.Event;
            Change[] changes = [.. part.Objects.Select(o => o.ToChange()), .. part.Relationships.Select(r => r.ToChange())];
            await BatchWork.RunAsync(Name, [message], () => rebuild.TakeAsync(message.TenantId, message.MessageId, part.ExportId, part.Part, changes, context.CancellationToken));
        }
    }
}

/// <summary>Notes how many parts a rebuild has.</summary>
internal sealed class ThreatExportCompletedConsumer(RebuildGraph rebuild) : IConsumer<Batch<ThreatExportCompleted>>
{
    private const string Name = "knowledgegraph.threat-export-completed";

    public async Task Consume(ConsumeContext<Batch<ThreatExportCompleted>> context)
    {
        foreach (var message in Envelopes.Read(context))
        {
            await BatchWork.RunAsync(Name, [message], () => rebuild.TakeCountAsync(message.TenantId, message.Event.ExportId, message.Event.Parts, context.CancellationToken));
        }
    }
}
