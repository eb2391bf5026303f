using System.ComponentModel.DataAnnotations;

namespace Platform.Gateway;

/// <summary>Settings of the gateway (section <c>Gateway</c>).</summary>
internal sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>The public address of the platform; also the <c>iss</c> of the access tokens it accepts.</summary>
    [Required, Url]
    public string Issuer { get; set; } = "";

    /// <summary>The <c>aud</c> of the access tokens it accepts.</summary>
    [Required]
    public string Audience { get; set; } = "platform";

    /// <summary>Origins that browsers may call from, each as <c>https://host[:port]</c>. Never a wildcard.</summary>
    public string[] CorsOrigins { get; set; } = [];

    /// <summary>Requests a minute that one address may make without a credential.</summary>
    [Range(1, 1_000_000)]
    public int AnonymousPerMinute { get; set; } = 100;

    /// <summary>How often one address may ask for <c>/health</c> in an hour.</summary>
    [Range(1, 100_000_000)]
    public int HealthPerHour { get; set; } = 1000;

    /// <summary>Memory for kept answers of services, in megabytes.</summary>
    [Range(1, 100_000)]
    public int CacheMegabytes { get; set; } = 64;

    /// <summary>How many gateways share the limits; each falls back to its share while Redis is away.</summary>
    [Range(1, 1000)]
    public int Instances { get; set; } = 1;

    /// <summary>Milliseconds that Redis has for an answer about limits before the local limiter decides.</summary>
    [Range(1, 10_000)]
    public int LimitPatienceMilliseconds { get; set; } = 30;

    /// <summary>Calls to one service that may wait for the begin of their answer at once; further ones are shed (503).</summary>
    [Range(1, 1_000_000)]
    public int MostUnderWay { get; set; } = 4000;

    /// <summary>Connections that are open at most, those of streams included.</summary>
    [Range(1, 1_000_000)]
    public int MostConnections { get; set; } = 20_000;

    /// <summary>
    /// A further port, on the addresses of the first, that speaks HTTP/2 without TLS by prior knowledge (RFC 9113, section 3.3). With TLS both
    /// versions are on one port.
    /// </summary>
    [Range(0, 65_535)]
    public int Http2Port { get; set; }

    /// <summary>Seconds an ordinary request may take upstream.</summary>
    [Range(1, 600)]
    public int TimeoutSeconds { get; set; } = 30;

    /// <summary>Seconds a stream may stay silent.</summary>
    [Range(10, 86_400)]
    public int StreamIdleSeconds { get; set; } = 600;

    /// <summary>Verified credentials kept in memory at most.</summary>
    [Range(100, 10_000_000)]
    public int CredentialCacheSize { get; set; } = 50_000;

    internal bool HasValidOrigins()
    {
        foreach (var origin in CorsOrigins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.GetLeftPart(UriPartial.Authority) != origin)
            {
                return false;
            }
        }

        return true;
    }
}
