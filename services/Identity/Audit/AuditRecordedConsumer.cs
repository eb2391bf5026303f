using MassTransit;
using Platform.Contracts;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Audit;

/// <summary>What other services did goes into the tenant's log, under the id of the message.</summary>
internal sealed class AuditRecordedConsumer(Inbox<IdentityDb> inbox) : IConsumer<Batch<AuditRecorded>>
{
    public Task Consume(ConsumeContext<Batch<AuditRecorded>> context) =>
        inbox.ProcessAsync(context, nameof(AuditRecordedConsumer), (db, _, messages, _) =>
        {
            foreach (var message in messages)
            {
                var e = message.Event;
                AuditTrail.Add(db, message.MessageId, message.TenantId, e.At, e.Action, e.Resource, e.Outcome, e.ActorId ?? message.Actor, e.Address, e.Details, e.Count);
            }

            return Task.CompletedTask;
        });
}
