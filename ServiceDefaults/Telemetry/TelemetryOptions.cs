namespace Platform.ServiceDefaults;

/// <summary>Section <c>Telemetry</c>. Where signals go and how traces are sampled is set by the OTEL_ variables.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Share of answered requests that are logged as <c>request_processed</c>, 0 to 1; server errors always are.</summary>
    public double RequestLogRatio { get; set; } = 1;
}
