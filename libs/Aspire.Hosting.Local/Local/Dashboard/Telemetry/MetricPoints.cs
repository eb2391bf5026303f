using Google.Protobuf.Collections;
using Otlp.V1;

namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>A data point of any kind, as the store takes it.</summary>
internal readonly record struct IncomingPoint(
    MetricPoint Point, long Start, double[] Bounds, RepeatedField<KeyValue> Attributes, RepeatedField<Exemplar>? Exemplars);

/// <summary>Reads the kinds of data points of OTLP into the three that are charted: numbers, rates and histograms.</summary>
internal static class MetricPoints
{
    private const uint NoRecordedValue = 1;

    // Exponential histograms change their buckets as they go; on this grid, five to a decade, their points are comparable.
    private static readonly double[] Grid = [.. Enumerable.Range(-45, 91).Select(i => Math.Pow(10, i / 5.0))];

    public static (InstrumentKind Kind, bool IsDelta)? KindOf(Metric metric) => metric.DataCase switch
    {
        Metric.DataOneofCase.Gauge => (InstrumentKind.Gauge, false),
        Metric.DataOneofCase.Sum => (metric.Sum.IsMonotonic ? InstrumentKind.Counter : InstrumentKind.UpDownCounter, IsDelta(metric.Sum.AggregationTemporality)),
        Metric.DataOneofCase.Histogram => (InstrumentKind.Histogram, IsDelta(metric.Histogram.AggregationTemporality)),
        Metric.DataOneofCase.ExponentialHistogram => (InstrumentKind.Histogram, IsDelta(metric.ExponentialHistogram.AggregationTemporality)),
        Metric.DataOneofCase.Summary => (InstrumentKind.Histogram, false),
        _ => null,
    };

    public static IEnumerable<IncomingPoint> Read(Metric metric) => metric.DataCase switch
    {
        Metric.DataOneofCase.Gauge => metric.Gauge.DataPoints.Where(p => (p.Flags & NoRecordedValue) == 0).Select(Number),
        Metric.DataOneofCase.Sum => metric.Sum.DataPoints.Where(p => (p.Flags & NoRecordedValue) == 0).Select(Number),
        Metric.DataOneofCase.Histogram => metric.Histogram.DataPoints.Where(p => (p.Flags & NoRecordedValue) == 0).Select(Histogram),
        Metric.DataOneofCase.ExponentialHistogram => metric.ExponentialHistogram.DataPoints.Where(p => (p.Flags & NoRecordedValue) == 0).Select(Exponential),
        Metric.DataOneofCase.Summary => metric.Summary.DataPoints.Where(p => (p.Flags & NoRecordedValue) == 0).Select(Summary),
        _ => [],
    };

    private static bool IsDelta(AggregationTemporality temporality) => temporality == AggregationTemporality.Delta;

    private static IncomingPoint Number(NumberDataPoint point)
    {
        var value = point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble;
        return new IncomingPoint(new MetricPoint(Time(point.TimeUnixNano), value), Time(point.StartTimeUnixNano), [], point.Attributes, point.Exemplars);
    }

    private static IncomingPoint Histogram(HistogramDataPoint point)
    {
        // One bucket more than bounds, or none at all (OTLP); anything else is treated as none.
        var whole = point.BucketCounts.Count == point.ExplicitBounds.Count + 1;
        var buckets = new long[whole ? point.BucketCounts.Count : 1];
        for (var i = 0; i < buckets.Length; i++)
        {
            buckets[i] = whole ? (long)point.BucketCounts[i] : (long)point.Count;
        }

        return new IncomingPoint(
            new MetricPoint(Time(point.TimeUnixNano), point.Sum, (long)point.Count, buckets),
            Time(point.StartTimeUnixNano), whole ? [.. point.ExplicitBounds] : [], point.Attributes, point.Exemplars);
    }

    private static IncomingPoint Exponential(ExponentialHistogramDataPoint point)
    {
        var buckets = new long[Grid.Length + 1];
        // What is zero or below it stands in the lowest bucket: durations and sizes have no other place for it.
        buckets[0] = (long)point.ZeroCount;
        foreach (var count in point.Negative?.BucketCounts ?? [])
        {
            buckets[0] += (long)count;
        }

        var positive = point.Positive ?? new ExponentialHistogramDataPoint.Types.Buckets();
        for (var i = 0; i < positive.BucketCounts.Count; i++)
        {
            if (positive.BucketCounts[i] > 0)
            {
                // Bucket i holds (base^(offset+i), base^(offset+i+1)] with base 2^(2^-scale); its middle decides.
                var middle = Math.Pow(2, Math.ScaleB(positive.Offset + i + 0.5, -Math.Clamp(point.Scale, -10, 20)));
                var at = Array.BinarySearch(Grid, middle);
                buckets[at >= 0 ? at : ~at] += (long)positive.BucketCounts[i];
            }
        }

        return new IncomingPoint(
            new MetricPoint(Time(point.TimeUnixNano), point.Sum, (long)point.Count, buckets), Time(point.StartTimeUnixNano), Grid, point.Attributes, point.Exemplars);
    }

    private static IncomingPoint Summary(SummaryDataPoint point) => new(
        new MetricPoint(Time(point.TimeUnixNano), point.Sum, (long)point.Count, [(long)point.Count]), Time(point.StartTimeUnixNano), [], point.Attributes, null);

    private static long Time(ulong nanoseconds) => TelemetryTime.FromWire(nanoseconds);
}
