using System.Text.Json;

namespace Platform.Agent.Storage;

/// <summary>
/// What was sent of a streamed answer, so that a client whose connection broke can go on where it stopped. Written with
/// the question and completed with the answer; kept for an hour.
/// </summary>
internal sealed class AnswerStream
{
    /// <summary>The id of the answer, which begins the id of each of its events.</summary>
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public string Owner { get; set; } = "";

    public Guid ConversationId { get; set; }

    public string Question { get; set; } = "";

    /// <summary>The number of the event before the first that is kept.</summary>
    public int Offset { get; set; }

    /// <summary>The events in order; a JSON document.</summary>
    public IReadOnlyList<StreamedEvent> Events { get; set; } = [];

    /// <summary>Whether the answer came to its end; otherwise it was broken off.</summary>
    public bool Complete { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>One event as the typed profile sends it.</summary>
/// <param name="Name">Its type.</param>
/// <param name="Data">Its content.</param>
internal sealed record StreamedEvent(string Name, JsonElement Data);
