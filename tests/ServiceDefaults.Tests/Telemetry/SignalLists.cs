using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;

namespace Platform.ServiceDefaults.Tests.Telemetry;

internal sealed class SpanList : BaseExporter<Activity>
{
    private readonly List<Activity> _spans = [];

    public override ExportResult Export(in Batch<Activity> batch)
    {
        lock (_spans)
        {
            foreach (var span in batch)
            {
                _spans.Add(span);
            }
        }

        return ExportResult.Success;
    }

    public List<Activity> Snapshot()
    {
        lock (_spans)
        {
            return [.. _spans];
        }
    }
}

internal sealed class LogList : BaseExporter<LogRecord>
{
    private readonly List<Line> _lines = [];

    public override ExportResult Export(in Batch<LogRecord> batch)
    {
        lock (_lines)
        {
            foreach (var record in batch)
            {
                _lines.Add(new Line(
                    record.FormattedMessage,
                    record.Exception,
                    (record.Attributes ?? []).ToDictionary(a => a.Key, a => a.Value)));
            }
        }

        return ExportResult.Success;
    }

    public List<Line> Snapshot()
    {
        lock (_lines)
        {
            return [.. _lines];
        }
    }

    internal sealed record Line(string? Message, Exception? Exception, Dictionary<string, object?> Attributes);
}

internal sealed class MetricList : BaseExporter<Metric>
{
    private readonly Dictionary<string, Dictionary<string, double>> _points = [];

    public override ExportResult Export(in Batch<Metric> batch)
    {
        lock (_points)
        {
            foreach (var metric in batch)
            {
                var points = _points[metric.Name] = [];
                foreach (ref readonly var point in metric.GetMetricPoints())
                {
                    var labels = new List<string>();
                    foreach (var tag in point.Tags)
                    {
                        labels.Add($"{tag.Key}={tag.Value}");
                    }

                    labels.Sort(StringComparer.Ordinal);
                    points[string.Join(',', labels)] = metric.MetricType switch
                    {
                        MetricType.Histogram => point.GetHistogramCount(),
                        MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
                        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
                        MetricType.LongGauge => point.GetGaugeLastValueLong(),
                        _ => point.GetGaugeLastValueDouble(),
                    };
                }
            }
        }

        return ExportResult.Success;
    }

    public Dictionary<string, double> Points(string metric)
    {
        lock (_points)
        {
            return _points.GetValueOrDefault(metric) ?? [];
        }
    }
}
