using System.ComponentModel.DataAnnotations;

namespace Platform.Identity.Messages;

/// <summary>The mail server, section <c>Identity:Mail</c>. Without a host no mail is sent.</summary>
internal sealed class MailOptions
{
    public const string Section = "Identity:Mail";

    /// <summary>Host name of the SMTP server (RFC 5321).</summary>
    public string? Host { get; set; }

    [Range(1, 65535)]
    public int Port { get; set; } = 25;

    /// <summary>The sender's address.</summary>
    [EmailAddress]
    public string From { get; set; } = "noreply@platform.local";

    /// <summary>Whether STARTTLS (RFC 3207) is required; without it mail goes out in the clear.</summary>
    public bool StartTls { get; set; }

    public string? Username { get; set; }

    public string? Password { get; set; }
}

/// <summary>The SMS provider, section <c>Identity:Sms</c>: any that speaks Twilio's message API. Without an address no SMS is sent.</summary>
internal sealed class SmsOptions
{
    public const string Section = "Identity:Sms";

    /// <summary>Where the provider's API is.</summary>
    public Uri? BaseAddress { get; set; }

    public string AccountSid { get; set; } = "";

    public string AuthToken { get; set; } = "";

    /// <summary>The sender's number or name.</summary>
    public string From { get; set; } = "";
}
