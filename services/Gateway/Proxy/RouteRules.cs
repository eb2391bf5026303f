namespace Platform.Gateway.Proxy;

/// <summary>What the pipeline must know of a route; endpoint metadata.</summary>
internal sealed record RouteRules
{
    public const long OrdinaryBody = 1L << 20;
    public const long BulkBody = 32L << 20;
    public const long ImportBody = 1L << 30;

    /// <summary>Index of the service in <see cref="Upstreams.All"/>; -1 for the gateway itself.</summary>
    public int Service { get; init; } = -1;

    /// <summary>No credential is asked for; one that is sent is not looked at.</summary>
    public bool Anonymous { get; init; }

    /// <summary>An anonymous route that takes a credential where one is sent.</summary>
    public bool CredentialIfSent { get; init; }

    /// <summary>
    /// An API key may also come as the password of HTTP Basic (RFC 7617), with any user name: what TAXII 2.1 makes its clients
    /// and servers support.
    /// </summary>
    public bool TakesBasic { get; init; }

    /// <summary>The rules of WebSockets at the same address, where they are others.</summary>
    public RouteRules? OfSockets { get; init; }

    public long MaxBodyBytes { get; init; } = OrdinaryBody;

    /// <summary>Answers or bodies of any length: unbuffered, long timeouts, connections of their own.</summary>
    public bool Streams { get; init; }

    /// <summary>Open to users who must change their password first.</summary>
    public bool BeforePasswordChange { get; init; }

    /// <summary>The service must see the client's own Authorization header (OAuth client authentication) and cookies.</summary>
    public bool Protocol { get; init; }

    /// <summary>Answers that may hold a secret beside text of the caller's are not compressed (BREACH).</summary>
    public bool Compress { get; init; } = true;

    /// <summary>Not counted against the limit of anonymous addresses.</summary>
    public bool Unlimited { get; init; }

    /// <summary>An hourly limit of this operation's own for every caller, one of <see cref="Contracts.Gateway.LimitedRoutes"/>.</summary>
    public string? Limit { get; init; }

    /// <summary>Tells of the platform's health, and has a limit for addresses of its own.</summary>
    public bool IsProbe { get; init; }

    /// <summary>
    /// The credential is in the body, for the service to check: an anonymous request is one that the service refuses, and only
    /// those count against the address.
    /// </summary>
    public bool OnlyRefusalsCount { get; init; }

    /// <summary>Its service may let answers be kept (<c>Surrogate-Key</c>); a change under the same rules makes them void.</summary>
    public bool Cached { get; init; }

    /// <summary>Kept answers are the same for every caller of a tenant with the same permissions and clearance.</summary>
    public bool SharesAnswers { get; init; }

    /// <summary>Whether a batch may hold it: an ordinary request to a service, with a credential.</summary>
    public bool InBatch => Service >= 0 && !Anonymous && !Streams && !Protocol;

    /// <summary>The gateway's own pages and probes.</summary>
    public static RouteRules Own { get; } = new() { Anonymous = true, Unlimited = true };

    /// <summary>The platform's health, for load balancers.</summary>
    public static RouteRules Probe { get; } = new() { Anonymous = true, IsProbe = true };
}
