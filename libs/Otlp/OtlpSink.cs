using Otlp.V1;

namespace Otlp;

/// <summary>What became of one export: how many items were not taken, and why.</summary>
/// <param name="Rejected">Number of spans, log records or data points that were left out.</param>
/// <param name="Message">For the sender's log; also without a rejection, as a warning.</param>
public readonly record struct OtlpOutcome(long Rejected = 0, string? Message = null)
{
    /// <summary>Everything was taken.</summary>
    public static OtlpOutcome Accepted => default;
}

/// <summary>Where the receiver hands over what it has decoded. Called by several requests at once.</summary>
public sealed record OtlpSink(
    Func<ExportTraceServiceRequest, OtlpOutcome> Traces,
    Func<ExportLogsServiceRequest, OtlpOutcome> Logs,
    Func<ExportMetricsServiceRequest, OtlpOutcome> Metrics);

/// <summary>What the receiver asks of its senders.</summary>
public sealed record OtlpReceiverOptions
{
    /// <summary>Header that carries the key, as the Aspire dashboard names it.</summary>
    public const string ApiKeyHeader = "x-otlp-api-key";

    /// <summary>Required in <see cref="ApiKeyHeader"/>; null lets everybody in.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Most bytes of one export, after decompression. More is refused (413, RESOURCE_EXHAUSTED).</summary>
    public int MaxBodyBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Exports decoded at the same time; further ones wait.</summary>
    public int MaxConcurrency { get; init; } = 4;
}
