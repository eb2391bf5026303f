using System.Diagnostics;
using System.Text.Json;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>An event that waits to be sent, written in the transaction of the change that it tells of.</summary>
public sealed class OutboxMessage
{
    /// <summary>The message id, the same at every attempt: consumers recognise repeats by it.</summary>
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    /// <summary>Full name of the event's type in Contracts.</summary>
    public string Type { get; set; } = "";

    public string Body { get; set; } = "";

    public string? Actor { get; set; }

    public string? TraceParent { get; set; }

    /// <summary>Messages of one key are sent in the order in which they were written.</summary>
    public string? OrderKey { get; set; }

    public DateTimeOffset OccurredAt { get; set; }

    /// <summary>Refusals of this very message; an unreachable broker does not count.</summary>
    public int Attempts { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    /// <summary>Set when the message was given up; it stays for an operator to look at.</summary>
    public DateTimeOffset? ParkedAt { get; set; }

    public string? LastError { get; set; }

    internal static OutboxMessage For(Guid tenantId, IIntegrationEvent @event, string? actor, string? orderKey, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        TenantId = tenantId,
        Type = @event.GetType().FullName!,
        Body = JsonSerializer.Serialize(@event, @event.GetType(), EventTypes.Json),
        Actor = actor,
        TraceParent = Activity.Current?.Id,
        OrderKey = orderKey,
        OccurredAt = now,
    };
}

/// <summary>The mark that a consumer has processed a message, written in the transaction of the work.</summary>
public sealed class InboxMessage
{
    public Guid MessageId { get; set; }

    public string Consumer { get; set; } = "";

    public DateTimeOffset ProcessedAt { get; set; }
}
