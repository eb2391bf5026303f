namespace Platform.ThreatIntel.Feeds;

/// <summary>What a source gives.</summary>
internal static class FeedKind
{
    public const string Taxii = "taxii";
    public const string Json = "json";
    public const string Stix = "stix";
    public const string Misp = "misp";
    public const string Csv = "csv";
    public const string Text = "text";

    public static readonly string[] All = [Taxii, Json, Stix, Misp, Csv, Text];
}

/// <summary>How a source is told who asks.</summary>
internal static class FeedAuthKind
{
    public const string None = "none";
    public const string Basic = "basic";
    public const string Bearer = "bearer";
    public const string Header = "header";

    public static readonly string[] All = [None, Basic, Bearer, Header];
}

/// <summary>A source that is read on a schedule, and how far it has been read.</summary>
internal sealed class Feed
{
    /// <summary>Feeds of a tenant at most.</summary>
    public const int Most = 100;

    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public required string Name { get; set; }

    /// <summary>One of <see cref="FeedKind"/>.</summary>
    public required string Kind { get; set; }

    public required string Url { get; set; }

    public int IntervalSeconds { get; set; }

    public bool Enabled { get; set; }

    /// <summary>Which column of a table is which; see the import of tables.</summary>
    public string? Mapping { get; set; }

    public string? Delimiter { get; set; }

    /// <summary>One of <see cref="FeedAuthKind"/>.</summary>
    public string AuthKind { get; set; } = FeedAuthKind.None;

    /// <summary>The user's or the header's name.</summary>
    public string? AuthName { get; set; }

    /// <summary>The password, token or header value, sealed by <see cref="FeedVault"/>.</summary>
    public byte[]? Secret { get; set; }

    /// <summary>Who made it, and what they may see: what it brings in is imported with their rights.</summary>
    public required string Actor { get; set; }

    public Contracts.TlpLevel Clearance { get; set; }

    /// <summary>TAXII: the date of adding behind which everything has been taken in; of a MISP manifest the last change.</summary>
    public string? AddedAfter { get; set; }

    /// <summary>TAXII: the page to go on with, where a round was cut off.</summary>
    public string? Next { get; set; }

    /// <summary>TAXII: the date of the last object of the round that is not over.</summary>
    public string? LastAdded { get; set; }

    /// <summary>Documents: what the source called the version that was taken in.</summary>
    public string? ETag { get; set; }

    public string? LastModified { get; set; }

    /// <summary>Runs that failed since the last one that did not.</summary>
    public int Failures { get; set; }

    public DateTimeOffset? NextPollAt { get; set; }

    public DateTimeOffset? LastPolledAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public int Version { get; set; }
}

internal enum FeedRunStatus
{
    Queued,
    Running,
    Completed,
    Failed,
}

/// <summary>One look at a source.</summary>
internal sealed class FeedRun
{
    /// <summary>Runs of a feed that are remembered.</summary>
    public const int Kept = 100;

    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public Guid FeedId { get; set; }

    public FeedRunStatus Status { get; set; }

    /// <summary>Answers of the source.</summary>
    public int Pages { get; set; }

    /// <summary>Imports that its objects come in by.</summary>
    public Guid[] ImportIds { get; set; } = [];

    /// <summary>Why it failed.</summary>
    public string? Message { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }
}
