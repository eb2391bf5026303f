namespace Platform.Identity.Messages;

/// <summary>
/// A message to a person that waits to be sent, written in the transaction of what it is about. Its content, and whose it
/// is, is sealed; the row names nobody, so it stands outside of all tenants.
/// </summary>
internal sealed class OutgoingMessage
{
    public Guid Id { get; set; }

    public byte[] Content { get; set; } = [];

    public int Attempts { get; set; }

    public DateTimeOffset NextAttemptAt { get; set; }

    /// <summary>When nobody wants it any more.</summary>
    public DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>What is sent.</summary>
/// <param name="Channel">How.</param>
/// <param name="To">An e-mail address, a telephone number, or the name that asked for a password reset.</param>
/// <param name="Subject">For e-mail.</param>
/// <param name="Text">The text.</param>
/// <param name="TenantId">For a password reset: where the name is to be looked for.</param>
internal sealed record Message(Channel Channel, string To, string Subject = "", string Text = "", Guid TenantId = default);

internal enum Channel
{
    Email,
    Sms,

    /// <summary>Not sent: whether the name exists, and what it gets, is found out after its asker was answered.</summary>
    ResetRequest,
}
