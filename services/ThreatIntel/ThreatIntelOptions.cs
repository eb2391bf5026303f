namespace Platform.ThreatIntel;

/// <summary>Settings of the service, section <c>ThreatIntel</c>.</summary>
internal sealed class ThreatIntelOptions
{
    public const string Section = "ThreatIntel";

    /// <summary>Whether the default tenant gets the sample bundle when nothing was ever imported into it.</summary>
    public bool LoadSample { get; set; }

    /// <summary>The largest bundle, in bytes.</summary>
    public long MaxImportBytes { get; set; } = 1L << 30;

    /// <summary>Objects written in one transaction of an import; also how much a crash repeats.</summary>
    public int ImportBatchSize { get; set; } = 2_500;

    /// <summary>
    /// How long an import of more than <see cref="ImportBatchSize"/> objects keeps to itself what it stores: the graph is filled
    /// once the objects can be searched, on the same cores. Zero tells at once.
    /// </summary>
    public TimeSpan ImportHeadStart { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>Imports at work at once.</summary>
    public int ImportWorkers { get; set; } = 2;

    /// <summary>How often indicators are looked through for those that have expired.</summary>
    public TimeSpan ExpiryInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often feeds are looked through for those that are due.</summary>
    public TimeSpan FeedInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The wait before a source is asked a second time, doubled each time, with jitter.</summary>
    public TimeSpan FeedRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Where bundles wait; by default <c>imports</c> under the platform's data root.</summary>
    public string? ImportFolder { get; set; }
}
