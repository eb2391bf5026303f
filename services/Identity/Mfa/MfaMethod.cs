using Platform.Identity.Storage;

namespace Platform.Identity.Mfa;

/// <summary>A second factor of a user. It counts once it was confirmed with a code.</summary>
internal sealed class MfaMethod : TenantRow
{
    public Guid Id { get; set; }

    public Guid UserId { get; set; }

    /// <summary>One of <see cref="MfaKinds"/>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The shared secret of TOTP, or the telephone number or address that codes go to; sealed.</summary>
    public byte[] Secret { get; set; } = [];

    /// <summary>What of the target is shown.</summary>
    public string? Hint { get; set; }

    public DateTimeOffset? ConfirmedAt { get; set; }

    /// <summary>The last TOTP step that was accepted; no step is accepted twice (RFC 6238, section 5.2).</summary>
    public long? LastStep { get; set; }

    /// <summary>Keyed hash of the code that confirms the enrolment.</summary>
    public byte[]? CodeHash { get; set; }

    public DateTimeOffset? CodeExpiresAt { get; set; }

    public int Tries { get; set; }
}

/// <summary>One of a user's recovery codes; good for one use.</summary>
internal sealed class RecoveryCode : TenantRow
{
    public Guid Id { get; set; }

    public Guid UserId { get; set; }

    public byte[] Hash { get; set; } = [];

    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>A sign-in whose password was right and that waits for the second factor.</summary>
internal sealed class MfaChallenge : TenantRow
{
    public Guid Id { get; set; }

    public Guid UserId { get; set; }

    public byte[] Hash { get; set; } = [];

    /// <summary>What the sign-in is for, as JSON of <see cref="SignIn.Continuation"/>.</summary>
    public string Continuation { get; set; } = "{}";

    /// <summary>Of the device that the sign-in began on.</summary>
    public byte[] Fingerprint { get; set; } = [];

    /// <summary>The kinds that are accepted, space separated.</summary>
    public string Methods { get; set; } = "";

    /// <summary>The code that was sent, by which method, and how often.</summary>
    public byte[]? CodeHash { get; set; }

    public string? CodeKind { get; set; }

    public DateTimeOffset? CodeSentAt { get; set; }

    public int Sent { get; set; }

    public int Tries { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>The kinds of second factors, as they are called on the wire.</summary>
internal static class MfaKinds
{
    public const string Totp = "totp";
    public const string Sms = "sms";
    public const string Email = "email";
    public const string RecoveryCode = "recovery_code";

    /// <summary>How a sign-in with it is called in <c>amr</c> (RFC 8176).</summary>
    public static string[] Amr(string kind) => kind == Sms ? ["pwd", "sms", "mfa"] : ["pwd", "otp", "mfa"];
}
