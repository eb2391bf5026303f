using MassTransit;
using MassTransit.Logging;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>An event with its envelope; its trace parent is the span that sent the message (W3C Trace Context).</summary>
/// <typeparam name="T">The event.</typeparam>
public sealed record Received<T>(Guid MessageId, Guid TenantId, string? Actor, DateTimeOffset OccurredAt, string? TraceParent, T Event)
    where T : class;

/// <summary>Reads the envelope of events from message headers.</summary>
public static class Envelopes
{
    /// <summary>The events of a batch with their envelopes; a message without an id or tenant is not ours and throws.</summary>
    public static List<Received<T>> Read<T>(ConsumeContext<Batch<T>> context)
        where T : class
    {
        var batch = new List<Received<T>>(context.Message.Length);
        for (var i = 0; i < context.Message.Length; i++)
        {
            batch.Add(Read(context.Message[i]));
        }

        return batch;
    }

    /// <summary>One event with its envelope.</summary>
    public static Received<T> Read<T>(ConsumeContext<T> message)
        where T : class
    {
        if (message.MessageId is not { } id || !Guid.TryParse(message.Headers.Get<string>(WellKnown.EventHeaders.Tenant), out var tenant))
        {
            throw new InvalidOperationException("The message has no id or no tenant in its envelope.");
        }

        var occurred = DateTimeOffset.TryParse(message.Headers.Get<string>(WellKnown.EventHeaders.OccurredAt), out var at) ? at : TimeProvider.System.GetUtcNow();
        return new Received<T>(id, tenant, message.Headers.Get<string>(WellKnown.EventHeaders.Actor), occurred, SenderOf(message.Headers), message.Message);
    }

    // MassTransit states its own span of the sending; senders without it state what they send in.
    private static string? SenderOf(Headers headers) =>
        headers.Get<string>(DiagnosticHeaders.ActivityId) ?? headers.Get<string>(WellKnown.EventHeaders.TraceParent);
}
