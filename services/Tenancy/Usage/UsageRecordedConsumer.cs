using MassTransit;
using Platform.Contracts.Gateway;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Usage;

/// <summary>
/// Takes the gateways' journals in. A gateway may send a piece of its journal again under another message id, so the
/// place in the journal decides what is new, not the inbox; and one piece holds rows of several tenants.
/// </summary>
internal sealed class UsageRecordedConsumer(StoreUsage store) : IConsumer<Batch<UsageRecorded>>
{
    public Task Consume(ConsumeContext<Batch<UsageRecorded>> context)
    {
        var received = Envelopes.Read(context);
        return BatchWork.RunAsync("tenancy.usage-recorded", received, () => store.RunAsync(received.ConvertAll(m => m.Event), context.CancellationToken));
    }
}
