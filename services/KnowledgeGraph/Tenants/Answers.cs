using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using MassTransit;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Tenants;

/// <summary>
/// Answers without an outbox. An answer follows from its message alone and goes out before the message is acknowledged:
/// after a crash in between, the message comes again and so does the answer, under the same id, by which its consumers
/// drop it.
/// </summary>
internal static class Answers
{
    public static Task AnswerAsync<TMessage>(this ConsumeContext context, Received<TMessage> message, IIntegrationEvent answer, string actor, DateTimeOffset now)
        where TMessage : class =>
        context.Publish(
            answer,
            answer.GetType(),
            Pipe.Execute<PublishContext>(sent =>
            {
                sent.MessageId = IdOf(message.MessageId, answer.GetType());
                sent.Headers.Set(WellKnown.EventHeaders.Tenant, message.TenantId.ToString("D"));
                sent.Headers.Set(WellKnown.EventHeaders.OccurredAt, now.ToString("O"));
                sent.Headers.Set(WellKnown.EventHeaders.Actor, actor);
                sent.Headers.Set(WellKnown.EventHeaders.TraceParent, Activity.Current?.Id ?? message.TraceParent);
            }),
            context.CancellationToken);

    /// <summary>The id of an answer to a message: a UUID of version 8 over its hash (RFC 9562, section 5.8).</summary>
    internal static Guid IdOf(Guid message, Type answer)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. message.ToByteArray(bigEndian: true), .. "knowledgegraph."u8, .. Encoding.ASCII.GetBytes(answer.Name)], hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
