using Otlp;
using Otlp.V1;

namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>Everything that was sent to the dashboard and is still kept.</summary>
internal sealed class TelemetryStore(TelemetryLimits limits, TimeProvider time)
{
    private readonly TelemetrySources _sources = new(limits);
    private readonly StringPool _names = new();
    private long _version;

    public TelemetryStore()
        : this(new TelemetryLimits(), TimeProvider.System)
    {
    }

    public SpanStore Spans { get; } = new(limits);

    public LogStore Logs { get; } = new(limits);

    public MetricStore Metrics { get; } = new(limits, time);

    public TelemetryLimits Limits => limits;

    /// <summary>Another number after every change.</summary>
    public long Version => Interlocked.Read(ref _version);

    public OtlpSink Sink => new(Take, Take, Take);

    public OtlpOutcome Take(ExportTraceServiceRequest request)
    {
        var spans = new List<StoredSpan>();
        var refused = 0;
        foreach (var resource in request.ResourceSpans)
        {
            var source = _sources.Of(resource.Resource);
            foreach (var scope in resource.ScopeSpans)
            {
                var name = Scope(scope.Scope);
                foreach (var span in scope.Spans)
                {
                    if (StoredSpan.From(source, name, span, limits, _names) is { } stored)
                    {
                        spans.Add(stored);
                    }
                    else
                    {
                        refused++;
                    }
                }
            }
        }

        Spans.Add(spans);
        Changed();
        return refused == 0 ? OtlpOutcome.Accepted : new OtlpOutcome(refused, "A span needs a trace id of 16 bytes and a span id of 8, not all zero.");
    }

    public OtlpOutcome Take(ExportLogsServiceRequest request)
    {
        var records = new List<StoredLog>();
        foreach (var resource in request.ResourceLogs)
        {
            var source = _sources.Of(resource.Resource);
            foreach (var scope in resource.ScopeLogs)
            {
                var name = Scope(scope.Scope);
                foreach (var record in scope.LogRecords)
                {
                    records.Add(StoredLog.From(source, name, record, limits, TelemetryTime.Now(time)));
                }
            }
        }

        Logs.Add(records);
        Changed();
        return OtlpOutcome.Accepted;
    }

    public OtlpOutcome Take(ExportMetricsServiceRequest request)
    {
        var refused = 0;
        foreach (var resource in request.ResourceMetrics)
        {
            var source = _sources.Of(resource.Resource);
            foreach (var scope in resource.ScopeMetrics)
            {
                var name = Scope(scope.Scope);
                foreach (var metric in scope.Metrics)
                {
                    refused += Metrics.Add(source, name, metric);
                }
            }
        }

        Changed();
        return refused == 0 ? OtlpOutcome.Accepted : new OtlpOutcome(refused, $"The dashboard keeps {limits.Series} series at most.");
    }

    public void Clear()
    {
        Spans.Clear();
        Logs.Clear();
        Metrics.Clear();
        Changed();
    }

    private string Scope(InstrumentationScope? scope) => _names.Of(Attributes.Cut(scope?.Name ?? "", limits));

    private void Changed() => Interlocked.Increment(ref _version);
}
