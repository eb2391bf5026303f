using System.Diagnostics;
using System.Security.Cryptography;
using MassTransit;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.KnowledgeGraph.Projection;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Tenants;

/// <summary>
/// Makes a new tenant's first graph and says so. The answer follows from the message alone and goes out before the message
/// is acknowledged: after a crash in between, the message comes again and so does the answer, under the same id, by which
/// its consumers drop it.
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
            await context.Publish(
                new TenantProvisioned(tenant, KnowledgeGraphSetup.ServiceName),
                Pipe.Execute<PublishContext>(answer =>
                {
                    answer.MessageId = AnswerId(message.MessageId);
                    answer.Headers.Set(WellKnown.EventHeaders.Tenant, tenant.ToString("D"));
                    answer.Headers.Set(WellKnown.EventHeaders.OccurredAt, clock.GetUtcNow().ToString("O"));
                    answer.Headers.Set(WellKnown.EventHeaders.Actor, Name);
                    answer.Headers.Set(WellKnown.EventHeaders.TraceParent, Activity.Current?.Id ?? message.TraceParent);
                }),
                context.CancellationToken);
        }
    }

    /// <summary>The id of the answer to a message: a UUID of version 8 over its hash (RFC 9562, section 5.8).</summary>
    internal static Guid AnswerId(Guid message)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. message.ToByteArray(bigEndian: true), .. "knowledgegraph.tenant-provisioned"u8], hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
