using Google.Protobuf;
using Otlp.V1;

namespace Otlp;

/// <summary>
/// OTLP's JSON writes trace and span ids in hexadecimal, where the mapping of protobuf reads base64. Hexadecimal is valid base64, so
/// nothing is lost: encoding the wrong bytes again gives the text that was sent.
/// (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding)
/// </summary>
internal static class HexIds
{
    public static void Restore(IMessage request)
    {
        switch (request)
        {
            case ExportTraceServiceRequest traces:
                foreach (var span in traces.ResourceSpans.SelectMany(r => r.ScopeSpans).SelectMany(s => s.Spans))
                {
                    span.TraceId = Id(span.TraceId);
                    span.SpanId = Id(span.SpanId);
                    span.ParentSpanId = Id(span.ParentSpanId);
                    foreach (var link in span.Links)
                    {
                        link.TraceId = Id(link.TraceId);
                        link.SpanId = Id(link.SpanId);
                    }
                }

                break;
            case ExportLogsServiceRequest logs:
                foreach (var record in logs.ResourceLogs.SelectMany(r => r.ScopeLogs).SelectMany(s => s.LogRecords))
                {
                    record.TraceId = Id(record.TraceId);
                    record.SpanId = Id(record.SpanId);
                }

                break;
            case ExportMetricsServiceRequest metrics:
                foreach (var exemplar in metrics.ResourceMetrics.SelectMany(r => r.ScopeMetrics).SelectMany(s => s.Metrics).SelectMany(Exemplars))
                {
                    exemplar.TraceId = Id(exemplar.TraceId);
                    exemplar.SpanId = Id(exemplar.SpanId);
                }

                break;
        }
    }

    private static IEnumerable<Exemplar> Exemplars(Metric metric) => metric.DataCase switch
    {
        Metric.DataOneofCase.Gauge => metric.Gauge.DataPoints.SelectMany(p => p.Exemplars),
        Metric.DataOneofCase.Sum => metric.Sum.DataPoints.SelectMany(p => p.Exemplars),
        Metric.DataOneofCase.Histogram => metric.Histogram.DataPoints.SelectMany(p => p.Exemplars),
        Metric.DataOneofCase.ExponentialHistogram => metric.ExponentialHistogram.DataPoints.SelectMany(p => p.Exemplars),
        _ => [],
    };

    private static ByteString Id(ByteString id) => id.IsEmpty ? id : ByteString.CopyFrom(Convert.FromHexString(id.ToBase64()));
}
