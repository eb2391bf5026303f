using Google.Protobuf;
using Otlp.V1;
using Resource = Otlp.V1.Resource;

namespace Platform.Aspire.Hosting.Local.Tests.Telemetry;

/// <summary>Telemetry as a sender would make it.</summary>
internal static class Sample
{
    public const ulong Now = 1_790_000_000_000_000_000;
    public const ulong Second = 1_000_000_000;

    public static byte[] TraceId(int n) => [.. new byte[12], .. BitConverter.GetBytes(n).Reverse()];

    public static byte[] SpanId(int n) => [.. new byte[4], .. BitConverter.GetBytes(n).Reverse()];

    public static Resource Resource(string service, string instance = "1") => new() { Attributes = { Text("service.name", service), Text("service.instance.id", instance) } };

    public static KeyValue Text(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    public static Span Span(int trace, int span, string name = "work", int parent = 0, ulong start = Now, ulong milliseconds = 10, bool error = false) => new()
    {
        TraceId = ByteString.CopyFrom(TraceId(trace)),
        SpanId = ByteString.CopyFrom(SpanId(span)),
        ParentSpanId = parent == 0 ? ByteString.Empty : ByteString.CopyFrom(SpanId(parent)),
        Name = name,
        Kind = Otlp.V1.Span.Types.SpanKind.Server,
        StartTimeUnixNano = start,
        EndTimeUnixNano = start + (milliseconds * 1_000_000),
        Status = error ? new Status { Code = Status.Types.StatusCode.Error, Message = "it broke" } : null,
    };

    public static ExportTraceServiceRequest Traces(string service, params Span[] spans) => new()
    {
        ResourceSpans = { new ResourceSpans { Resource = Resource(service), ScopeSpans = { new ScopeSpans { Scope = new InstrumentationScope { Name = "scope" }, Spans = { spans } } } } },
    };

    public static LogRecord Log(string message, int severity = 9, int trace = 0, int span = 0, ulong time = Now) => new()
    {
        TimeUnixNano = time,
        SeverityNumber = severity,
        Body = new AnyValue { StringValue = message },
        TraceId = trace == 0 ? ByteString.Empty : ByteString.CopyFrom(TraceId(trace)),
        SpanId = span == 0 ? ByteString.Empty : ByteString.CopyFrom(SpanId(span)),
    };

    public static ExportLogsServiceRequest Logs(string service, params LogRecord[] records) => new()
    {
        ResourceLogs = { new ResourceLogs { Resource = Resource(service), ScopeLogs = { new ScopeLogs { Scope = new InstrumentationScope { Name = "Shop.Orders" }, LogRecords = { records } } } } },
    };

    public static ExportMetricsServiceRequest Metrics(string service, string instance, params Metric[] metrics) => new()
    {
        ResourceMetrics = { new ResourceMetrics { Resource = Resource(service, instance), ScopeMetrics = { new ScopeMetrics { Scope = new InstrumentationScope { Name = "meter" }, Metrics = { metrics } } } } },
    };

    public static Metric Counter(string name, ulong time, double value, string route = "/a", bool delta = false, ulong start = 0) => new()
    {
        Name = name,
        Unit = "{request}",
        Sum = new Sum
        {
            IsMonotonic = true,
            AggregationTemporality = delta ? AggregationTemporality.Delta : AggregationTemporality.Cumulative,
            DataPoints = { new NumberDataPoint { StartTimeUnixNano = start, TimeUnixNano = time, AsDouble = value, Attributes = { Text("route", route) } } },
        },
    };

    public static Metric Gauge(string name, ulong time, double value) => new()
    {
        Name = name,
        Gauge = new Gauge { DataPoints = { new NumberDataPoint { TimeUnixNano = time, AsDouble = value } } },
    };

    public static Metric Histogram(string name, ulong time, double[] bounds, ulong[] counts, int exampleTrace = 0) => new()
    {
        Name = name,
        Unit = "s",
        Histogram = new Histogram
        {
            AggregationTemporality = AggregationTemporality.Cumulative,
            DataPoints =
            {
                new HistogramDataPoint
                {
                    TimeUnixNano = time,
                    Count = (ulong)counts.Sum(c => (long)c),
                    Sum = 1,
                    ExplicitBounds = { bounds },
                    BucketCounts = { counts },
                    Exemplars = { exampleTrace == 0 ? [] : [new Exemplar { TimeUnixNano = time, AsDouble = 0.7, TraceId = ByteString.CopyFrom(TraceId(exampleTrace)), SpanId = ByteString.CopyFrom(SpanId(1)) }] },
                },
            },
        },
    };
}
