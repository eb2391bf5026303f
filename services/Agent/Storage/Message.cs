namespace Platform.Agent.Storage;

/// <summary>One message of a conversation.</summary>
internal sealed class Message
{
    /// <summary>A version 7 UUID: messages sort by it in the order in which they were written.</summary>
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public Guid ConversationId { get; set; }

    public MessageRole Role { get; set; }

    public string Content { get; set; } = "";

    /// <summary>How the message came about; a JSONB document, empty for what the user wrote.</summary>
    public MessageEvidence Evidence { get; set; } = MessageEvidence.None;

    public DateTimeOffset CreatedAt { get; set; }
}

internal enum MessageRole
{
    User,
    Assistant,
}
