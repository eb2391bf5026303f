using Platform.Agent.Planning;

namespace Platform.Agent.Storage;

/// <summary>Something that the agent keeps in mind, for one user or for the whole tenant.</summary>
internal sealed class Memory
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    /// <summary>Whose it is; null for everybody's in the tenant.</summary>
    public string? Owner { get; set; }

    public MemoryKind Kind { get; set; }

    /// <summary>The question, or the note or documentation itself.</summary>
    public string Text { get; set; } = "";

    /// <summary>A question with its names replaced by their kinds: two questions of one shape have the same.</summary>
    public string Shape { get; set; } = "";

    /// <summary>What the question meant; a JSONB document.</summary>
    public Plan? Plan { get; set; }

    /// <summary>The objects that the question names, in their order; a JSONB document.</summary>
    public IReadOnlyList<EntityRef> Entities { get; set; } = [];

    /// <summary>How much it counts on the day of its last use: grows with each use, halves with the time since.</summary>
    public double Weight { get; set; } = 1;

    public int Uses { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UsedAt { get; set; }
}

internal enum MemoryKind
{
    /// <summary>A question and the plan that answered it well.</summary>
    Question,

    /// <summary>What a term, a field or a source means.</summary>
    Documentation,

    /// <summary>Anything else worth knowing.</summary>
    Note,
}
