namespace Platform.ServiceDefaults;

/// <summary>How one service calls another; section <c>ServiceClients:{name}</c>.</summary>
public sealed class ServiceClientOptions
{
    /// <summary>Where the service listens; from <c>services:{name}:http:0</c> unless set here.</summary>
    public Uri? Address { get; set; }

    /// <summary>HTTP/2 with prior knowledge (h2c) instead of HTTP/1.1; the other side must listen for it.</summary>
    public bool Http2 { get; set; }

    /// <summary>Connections to the service at most (HTTP/1.1).</summary>
    public int MaxConnections { get; set; } = 64;

    /// <summary>All attempts and the waits between them, up to the headers of the answer.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>One attempt, up to the headers of its answer.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Further attempts after the first, where repeating is safe.</summary>
    public int Retries { get; set; } = 3;

    /// <summary>Wait before the second attempt, doubled each time, with jitter.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Share of failed attempts within <see cref="BreakerWindow"/> that opens the circuit.</summary>
    public double BreakerFailureRatio { get; set; } = 0.5;

    /// <summary>Attempts within the window below which the circuit stays closed.</summary>
    public int BreakerMinimum { get; set; } = 20;

    /// <summary>How far back attempts count.</summary>
    public TimeSpan BreakerWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an open circuit refuses before it lets one attempt through.</summary>
    public TimeSpan BreakFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The same with another breaker.</summary>
    internal ServiceClientOptions WithBreaker(int minimum, TimeSpan breakFor)
    {
        var copy = (ServiceClientOptions)MemberwiseClone();
        copy.BreakerMinimum = minimum;
        copy.BreakFor = breakFor;
        return copy;
    }

    /// <summary>The first fault of these values in words, or null.</summary>
    internal string? Fault() => this switch
    {
        { Address: null } => "has no address: services:{name}:http:0 is not set",
        { Address: { IsAbsoluteUri: false } or { Scheme: not ("http" or "https") } } => "Address must be an absolute http or https URL",
        { MaxConnections: < 1 } => "MaxConnections must be at least 1",
        { Retries: < 0 or > 10 } => "Retries must be between 0 and 10",
        { BreakerMinimum: < 2 } => "BreakerMinimum must be at least 2",
        { BreakerFailureRatio: <= 0 or > 1 } => "BreakerFailureRatio must be above 0 and at most 1",
        _ when TotalTimeout < TimeSpan.FromMilliseconds(10) || TotalTimeout > TimeSpan.FromHours(1) => "TotalTimeout must be between 10 ms and 1 hour",
        _ when AttemptTimeout < TimeSpan.FromMilliseconds(10) || AttemptTimeout > TotalTimeout => "AttemptTimeout must be at least 10 ms and at most TotalTimeout",
        _ when RetryDelay < TimeSpan.Zero || RetryDelay > TimeSpan.FromMinutes(1) => "RetryDelay must be between 0 and 1 minute",
        _ when BreakerWindow < TimeSpan.FromSeconds(0.5) || BreakerWindow > TimeSpan.FromHours(1) => "BreakerWindow must be between 0.5 s and 1 hour",
        _ when BreakFor < TimeSpan.FromSeconds(0.5) || BreakFor > TimeSpan.FromHours(1) => "BreakFor must be between 0.5 s and 1 hour",
        _ => null,
    };
}
