using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Prometheus.TextFormat;

/// <summary>One exposition: metric families in the order of their names, each with its HELP, TYPE and samples.</summary>
internal sealed class ExpositionWriter(StringBuilder text)
{
    public void Write(List<Metric> metrics, Resource? resource)
    {
        WriteTarget(resource);

        var families = new SortedDictionary<string, List<Metric>>(StringComparer.Ordinal);
        foreach (var metric in metrics)
        {
            var name = MetricNames.Metric(metric.Name, metric.Unit, IsCounter(metric), IsGauge(metric));
            if (!families.TryGetValue(name, out var family))
            {
                families.Add(name, family = []);
            }

            if (family.Count == 0 || TypeOf(family[0]) == TypeOf(metric))
            {
                family.Add(metric);
            }
        }

        foreach (var (name, family) in families)
        {
            WriteFamily(name, family);
        }
    }

    // Attributes of the resource would bloat every series; Prometheus joins them by this one where they are needed.
    private void WriteTarget(Resource? resource)
    {
        if (resource is null || !resource.Attributes.Any())
        {
            return;
        }

        WriteHeader("target_info", "Attributes of the process that is scraped.", "gauge");
        var labels = new LabelSet();
        foreach (var (name, value) in resource.Attributes)
        {
            labels.Add(name, value);
        }

        WriteSample("target_info", labels, "1");
    }

    private void WriteFamily(string name, List<Metric> family)
    {
        var headed = false;
        // The same instrument made twice by one meter name would repeat its series, which a scraper rejects.
        var seen = family.Count > 1 ? new HashSet<string>(StringComparer.Ordinal) : null;
        foreach (var metric in family)
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var labels = LabelsOf(metric, in point, withScope: family.Count > 1);
                if (seen?.Add(labels.ToString()) == false)
                {
                    continue;
                }

                if (!headed)
                {
                    WriteHeader(name, metric.Description, TypeOf(metric));
                    headed = true;
                }

                WritePoint(name, metric.MetricType, in point, labels);
            }
        }
    }

    private void WritePoint(string name, MetricType type, in MetricPoint point, LabelSet labels)
    {
        switch (type)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                WriteSample(name, labels, Number(point.GetSumLong()));
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                WriteSample(name, labels, Number(point.GetSumDouble()));
                break;
            case MetricType.LongGauge:
                WriteSample(name, labels, Number(point.GetGaugeLastValueLong()));
                break;
            case MetricType.DoubleGauge:
                WriteSample(name, labels, Number(point.GetGaugeLastValueDouble()));
                break;
            case MetricType.Histogram:
                WriteHistogram(name, in point, labels);
                break;
            case MetricType.ExponentialHistogram:
                WriteExponential(name, in point, labels);
                break;
        }
    }

    private void WriteHistogram(string name, in MetricPoint point, LabelSet labels)
    {
        long cumulative = 0;
        var ended = false;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            WriteBucket(name, labels, bucket.ExplicitBound, cumulative);
            ended = double.IsPositiveInfinity(bucket.ExplicitBound);
        }

        if (!ended)
        {
            WriteBucket(name, labels, double.PositiveInfinity, point.GetHistogramCount());
        }

        WriteSummary(name, in point, labels);
    }

    private void WriteExponential(string name, in MetricPoint point, LabelSet labels)
    {
        var data = point.GetExponentialHistogramData();
        var cumulative = data.ZeroCount;
        if (data.ZeroCount > 0)
        {
            WriteBucket(name, labels, 0, cumulative);
        }

        // Bucket i of scale s holds (b^i, b^(i+1)] with b = 2^(2^-s).
        var exponent = Math.Pow(2, -data.Scale);
        var index = data.PositiveBuckets.Offset;
        foreach (var count in data.PositiveBuckets)
        {
            index++;
            if (count > 0)
            {
                cumulative += count;
                WriteBucket(name, labels, Math.Pow(2, index * exponent), cumulative);
            }
        }

        WriteBucket(name, labels, double.PositiveInfinity, point.GetHistogramCount());
        WriteSummary(name, in point, labels);
    }

    private void WriteBucket(string name, LabelSet labels, double bound, long cumulative)
    {
        text.Append(name).Append("_bucket{");
        labels.AppendTo(text);
        text.Append(labels.Count > 0 ? "," : "").Append("le=\"").Append(Number(bound)).Append("\"} ").Append(Number(cumulative)).Append('\n');
    }

    private void WriteSummary(string name, in MetricPoint point, LabelSet labels)
    {
        WriteSample(name + "_sum", labels, Number(point.GetHistogramSum()));
        WriteSample(name + "_count", labels, Number(point.GetHistogramCount()));
    }

    private void WriteHeader(string name, string? help, string type)
    {
        if (!string.IsNullOrEmpty(help))
        {
            text.Append("# HELP ").Append(name).Append(' ');
            Escaping.AppendHelp(text, help);
            text.Append('\n');
        }

        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    private void WriteSample(string name, LabelSet labels, string value)
    {
        text.Append(name);
        if (labels.Count > 0)
        {
            text.Append('{');
            labels.AppendTo(text);
            text.Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }

    private static LabelSet LabelsOf(Metric metric, in MetricPoint point, bool withScope)
    {
        var labels = new LabelSet();
        foreach (var tag in point.Tags)
        {
            labels.Add(tag.Key, tag.Value);
        }

        if (withScope)
        {
            labels.Add("otel_scope_name", metric.MeterName);
        }

        return labels;
    }

    private static bool IsCounter(Metric metric) => metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;

    private static bool IsGauge(Metric metric) => metric.MetricType is MetricType.LongGauge or MetricType.DoubleGauge;

    private static string TypeOf(Metric metric) => metric.MetricType switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.Histogram or MetricType.ExponentialHistogram => "histogram",
        _ => "gauge",
    };

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
