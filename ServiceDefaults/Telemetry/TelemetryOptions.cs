using System.ComponentModel.DataAnnotations;

namespace Platform.ServiceDefaults;

/// <summary>
/// Section <c>Telemetry</c>: how much is kept of what happens. Where signals go is set by the OTEL_ variables, and
/// <c>OTEL_TRACES_SAMPLER</c> takes the place of the two settings for traces. What fails is always kept.
/// </summary>
public sealed class TelemetryOptions
{
    /// <summary>Traces started in a second, by this process, that are recorded however many there are.</summary>
    [Range(0, 1_000_000)]
    public int TracesPerSecond { get; set; } = 20;

    /// <summary>Share of the traces beyond that are recorded too, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double TraceRatio { get; set; } = 0.01;

    /// <summary>Answered requests in a second that are logged as <c>request_processed</c> however many there are.</summary>
    [Range(0, 1_000_000)]
    public int RequestLogsPerSecond { get; set; } = 100;

    /// <summary>Share of the requests beyond that are logged too, 0 to 1; server errors always are.</summary>
    [Range(0.0, 1.0)]
    public double RequestLogRatio { get; set; } = 0.01;
}
