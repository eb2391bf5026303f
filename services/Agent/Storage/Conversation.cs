namespace Platform.Agent.Storage;

/// <summary>A conversation of one caller with the agent.</summary>
internal sealed class Conversation
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    /// <summary>The subject who started it; nobody else sees it, in the same tenant either.</summary>
    public string Owner { get; set; } = "";

    public string Title { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }
}
