using System.Text.Json.Nodes;

namespace Platform.Agent.Storage;

/// <summary>A change that waits until the user says yes to exactly this.</summary>
internal sealed class PendingAction
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public string Owner { get; set; } = "";

    public Guid ConversationId { get; set; }

    public string Tool { get; set; } = "";

    /// <summary>What the tool would be given; a JSONB document.</summary>
    public JsonObject Arguments { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it was carried out or declined; null while it waits.</summary>
    public DateTimeOffset? DecidedAt { get; set; }
}
