namespace Platform.ServiceDefaults;

/// <summary>Which rule a call to a user's address broke.</summary>
public enum OutboundRefusal
{
    /// <summary>The URL is not an absolute http or https URL.</summary>
    Url,

    /// <summary>The host leads to a network that may not be called.</summary>
    Address,

    /// <summary>A redirect to another host or to plain http, or one too many.</summary>
    Redirect,

    /// <summary>The answer is larger than allowed.</summary>
    TooLarge,

    /// <summary>The whole call took longer than allowed.</summary>
    TooSlow,
}

/// <summary>
/// A call to an address that a user gave was refused or cut off. The message may be shown to that user: it does not
/// say what a name resolved to, which would map the inner network.
/// </summary>
public sealed class OutboundRefusedException(OutboundRefusal reason, Exception? innerException = null)
    : HttpRequestException(MessageOf(reason), innerException)
{
    public OutboundRefusal Reason { get; } = reason;

    private static string MessageOf(OutboundRefusal reason) => reason switch
    {
        OutboundRefusal.Url => "The address must be an absolute http or https URL.",
        OutboundRefusal.Address => "The address leads to a network that may not be called.",
        OutboundRefusal.Redirect => "The address redirects to where it may not, or too often.",
        OutboundRefusal.TooLarge => "The answer of the address is too large.",
        _ => "The address did not answer in time.",
    };
}
