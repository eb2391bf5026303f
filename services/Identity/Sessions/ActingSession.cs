namespace Platform.Identity.Sessions;

/// <summary>
/// In a platform administrator's own tenant: the session that they act with in another one. It ends with the session that
/// it was opened from.
/// </summary>
internal sealed class ActingSession
{
    public Guid SessionId { get; set; }

    public Guid TenantId { get; set; }

    public Guid HomeSessionId { get; set; }

    public Guid TargetTenantId { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}
