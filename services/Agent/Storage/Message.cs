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

    /// <summary>What the user thinks of an answer: 1, -1, or null while they have not said.</summary>
    public short? Rating { get; set; }

    /// <summary>What the user says about an answer.</summary>
    public string? Comment { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

internal enum MessageRole
{
    User,
    Assistant,
}
