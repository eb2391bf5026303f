namespace Platform.Agent.Storage;

/// <summary>
/// One question that was taken up: what the hourly limit counts. Apart from the messages, so that deleting a
/// conversation does not give the caller new questions.
/// </summary>
internal sealed class ChatTurn
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public string Owner { get; set; } = "";

    /// <summary>The endpoint that was asked; each has a limit of its own.</summary>
    public string Endpoint { get; set; } = "";

    public DateTimeOffset StartedAt { get; set; }
}
