namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>What bounds the memory of the dashboard. The oldest goes when the newest comes; bytes are those of the encoded records.</summary>
internal sealed record TelemetryLimits
{
    public int Spans { get; init; } = 100_000;

    public long SpanBytes { get; init; } = 80L * 1024 * 1024;

    public int Logs { get; init; } = 50_000;

    public long LogBytes { get; init; } = 40L * 1024 * 1024;

    /// <summary>Series of all instruments together; a new one takes the place of one that has been silent, or is refused.</summary>
    public int Series { get; init; } = 10_000;

    public int PointsPerSeries { get; init; } = 1_000;

    public long PointBytes { get; init; } = 48L * 1024 * 1024;

    /// <summary>Attributes of a span, log record, event, link or series.</summary>
    public int Attributes { get; init; } = 128;

    /// <summary>Characters of a name, a text value or the body of a log record.</summary>
    public int TextLength { get; init; } = 8 * 1024;

    public int Events { get; init; } = 128;

    public int Links { get; init; } = 128;

    /// <summary>One encoded span or log record; a larger one loses its attributes, events and links.</summary>
    public int RecordBytes { get; init; } = 128 * 1024;

    public int Sources { get; init; } = 1_000;
}
