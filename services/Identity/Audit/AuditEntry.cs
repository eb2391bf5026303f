namespace Platform.Identity.Audit;

/// <summary>
/// One line of the audit log. Its fields never change; soon after it is written it gets its place in the tenant's chain.
/// What could name a person (<see cref="ActorId"/>, <see cref="Address"/>, <see cref="Details"/>) is in the chain as a
/// salted commitment only, so that it can be erased and the chain still verifies.
/// </summary>
internal sealed class AuditEntry
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public DateTimeOffset At { get; set; }

    public string Action { get; set; } = "";

    /// <summary>What it was done to, as <c>kind/id</c>.</summary>
    public string Resource { get; set; } = "";

    /// <summary>success, refused or failed.</summary>
    public string Outcome { get; set; } = "";

    public string? ActorId { get; set; }

    public string? Address { get; set; }

    /// <summary>Small facts, none of them secret, as a JSON object of strings.</summary>
    public string? Details { get; set; }

    /// <summary>How often it happened within its minute: repeated refusals of one kind are one line.</summary>
    public int Count { get; set; } = 1;

    /// <summary>When it happened for the last time, where more than once.</summary>
    public DateTimeOffset? LastAt { get; set; }

    /// <summary>Its place in the chain; absent until it has one.</summary>
    public long? Seq { get; set; }

    public byte[]? Salt { get; set; }

    public byte[]? Commitment { get; set; }

    public byte[]? Hash { get; set; }

    /// <summary>When the personal part was erased.</summary>
    public DateTimeOffset? ErasedAt { get; set; }
}
