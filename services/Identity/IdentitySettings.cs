using System.ComponentModel.DataAnnotations;

namespace Platform.Identity;

/// <summary>Settings of this service, section <c>Identity</c>.</summary>
internal sealed class IdentitySettings
{
    public const string Section = "Identity";

    /// <summary>The issuer of all tokens: the public URL of the gateway, without a trailing slash.</summary>
    [Required]
    public string Issuer { get; set; } = "";

    /// <summary>32 random bytes or more, base64. Seals private keys and secrets at rest and peppers the hashes of tokens.</summary>
    [Required]
    public string KeyEncryptionKey { get; set; } = "";

    /// <summary>Where the first administrator's generated password is written (mode 600); absent: shown on the console only.</summary>
    public string? AdminPasswordFile { get; set; }

    /// <summary>The first administrator.</summary>
    [Required]
    public string AdminUsername { get; set; } = "admin@platform.local";

    /// <summary>How long an access token lives.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "01:00:00")]
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Sign-in attempts a minute for one account from one address.</summary>
    [Range(1, 10_000)]
    public int LoginAttemptsPerMinute { get; set; } = SignIn.LoginAttempts.AttemptsPerMinute;

    /// <summary>The cost of a password's hash; hashes of a lower one are made anew at the next sign-in.</summary>
    public int PasswordIterations { get; set; } = 220_000;

    /// <summary>How long clients may keep the key set; a new key is published this long and 2 minutes before it signs.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    public TimeSpan JwksCacheAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The age at which a signing key gets its successor.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan KeyRotationAge { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long the audit log is kept; whole months older than this are dropped, their chain's end stays signed.</summary>
    [Range(typeof(TimeSpan), "90.00:00:00", "36500.00:00:00")]
    public TimeSpan AuditRetention { get; set; } = TimeSpan.FromDays(400);

    /// <summary>OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA512. Only tests, which sign in a thousand times, may ask for less.</summary>
    internal bool HasSafeCost(IHostEnvironment environment) => PasswordIterations >= 210_000 || environment.IsEnvironment("Testing");

    /// <summary>True when the key has the right form.</summary>
    internal bool HasValidKey()
    {
        Span<byte> buffer = stackalloc byte[64];
        return Convert.TryFromBase64String(KeyEncryptionKey, buffer, out var length) && length >= 32;
    }

    /// <summary>True when the issuer is an absolute http(s) URL without query, fragment or trailing slash (RFC 8414, section 2).</summary>
    internal bool HasValidIssuer() =>
        Uri.TryCreate(Issuer, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && uri.Query.Length == 0 && uri.Fragment.Length == 0 && !Issuer.EndsWith('/');
}
