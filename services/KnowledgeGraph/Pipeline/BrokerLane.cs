using System.Text.Json;
using MassTransit;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Pipeline;

/// <summary>Publishes to the broker, and waits until it confirms.</summary>
internal sealed class BrokerLane(IBus bus, BusStart start, TimeProvider clock) : IOutboxLane
{
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    public string Name => "broker";

    public async Task<string?> TellAsync(Guid tenant, OutboxEntry entry, CancellationToken ct)
    {
        await start.WaitAsync(ct);
        if (!EventTypes.ByName.TryGetValue(entry.Type, out var type))
        {
            return $"'{entry.Type}' is not an event of Contracts.";
        }

        await bus.Publish(JsonSerializer.Deserialize(entry.Body, type, EventTypes.Json)!, type, Pipe.Execute<PublishContext>(context =>
        {
            context.MessageId = entry.Id;
            context.Headers.Set(WellKnown.EventHeaders.Tenant, tenant.ToString("D"));
            context.Headers.Set(WellKnown.EventHeaders.OccurredAt, DateTimeOffset.FromUnixTimeMilliseconds(entry.OccurredAt).ToString("O"));
            context.Headers.Set(WellKnown.EventHeaders.Actor, entry.Actor);
            context.Headers.Set(WellKnown.EventHeaders.TraceParent, entry.TraceParent);
        }), ct).WaitAsync(ConfirmTimeout, clock, ct);
        return null;
    }
}
