namespace Platform.ServiceDefaults;

/// <summary>Section <c>Health</c>.</summary>
public sealed class HealthOptions
{
    /// <summary>
    /// How long the process still answers after it was told to stop, while <c>/ready</c> says 503 so that balancers look
    /// elsewhere. Unset: 5 s in production and staging, none elsewhere.
    /// </summary>
    public TimeSpan? DrainDelay { get; set; }

    /// <summary>How long one run of the checks answers every probe; probes must not load the stores.</summary>
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest a check may take; then it has failed.</summary>
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>Tags of health checks.</summary>
public static class HealthTags
{
    /// <summary><c>/ready</c> is 503 while a check with this tag is unhealthy.</summary>
    public const string Ready = "ready";

    /// <summary>The check reports figures: its data stand in <c>/health</c> as they are, without a status.</summary>
    public const string Figures = "figures";
}
