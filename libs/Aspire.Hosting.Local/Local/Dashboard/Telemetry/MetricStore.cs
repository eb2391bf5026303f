using System.Text;
using Otlp.V1;

namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>The newest points of every instrument, bounded in series, points and bytes.</summary>
internal sealed class MetricStore(TelemetryLimits limits, TimeProvider time)
{
    private const long Second = 1_000_000_000;
    private const long SilentAfter = 600 * Second;

    // A series that appears later than its sender's last report began after it.
    private const long NewWithin = 120 * Second;
    private readonly Lock _lock = new();
    private readonly Dictionary<InstrumentKey, MetricInstrument> _instruments = [];
    private readonly Dictionary<double[], double[]> _bounds = new(new BoundsComparer());
    private long _bytes;
    private int _series;
    private long _swept;

    public (int Instruments, int Series, long Bytes) Figures
    {
        get
        {
            lock (_lock)
            {
                return (_instruments.Count, _series, _bytes);
            }
        }
    }

    /// <summary>Returns how many points had no room.</summary>
    public int Add(TelemetrySource source, string meter, Metric metric)
    {
        if (MetricPoints.KindOf(metric) is not var (kind, isDelta) || metric.Name.Length == 0)
        {
            return 0;
        }

        lock (_lock)
        {
            var key = new InstrumentKey(source.Name, meter, Attributes.Cut(metric.Name, limits));
            if (!_instruments.TryGetValue(key, out var instrument) || instrument.Kind != kind)
            {
                if (instrument is not null)
                {
                    Remove(instrument);
                }

                instrument = new MetricInstrument(key, kind, Attributes.Cut(metric.Unit, limits), Attributes.Cut(metric.Description, limits));
            }

            var before = instrument.ReportedBy(source.Instance);
            var (refused, last) = (0, before);
            foreach (var point in MetricPoints.Read(metric))
            {
                last = Math.Max(last, point.Point.Time);
                refused += Add(instrument, source, point, isDelta, before) ? 0 : 1;
            }

            if (instrument.Series.Count > 0)
            {
                instrument.SetReported(source.Instance, last);
                _instruments[key] = instrument;
            }

            return refused;
        }
    }

    public MetricInstrument[] Instruments()
    {
        lock (_lock)
        {
            return [.. _instruments.Values];
        }
    }

    /// <summary>Reads an instrument while nothing changes it.</summary>
    public T? Read<T>(InstrumentKey key, Func<MetricInstrument, T> read) where T : class
    {
        lock (_lock)
        {
            return _instruments.TryGetValue(key, out var instrument) ? read(instrument) : null;
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _instruments.Clear();
            _bounds.Clear();
            (_bytes, _series) = (0, 0);
        }
    }

    private bool Add(MetricInstrument instrument, TelemetrySource source, IncomingPoint incoming, bool isDelta, long reportedBefore)
    {
        var attributes = Attributes.Read(incoming.Attributes, limits);
        Array.Sort(attributes, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        var key = KeyOf(source.Instance, attributes);
        var isNew = !instrument.Series.TryGetValue(key, out var series);
        if (series is null)
        {
            if (_series >= limits.Series && !TryMakeRoom())
            {
                return false;
            }

            instrument.Series[key] = series = new MetricSeries(source.Instance, attributes, limits.PointsPerSeries);
            _series++;
        }

        var bytes = series.Bytes;
        series.SetBounds(Shared(incoming.Bounds));
        var point = incoming.Point;
        if (isNew && !isDelta && Beginning(point.Time, incoming.Start, reportedBefore) is { } beginning)
        {
            series.Add(new MetricPoint(beginning, 0, 0, point.Buckets is null ? null : new long[point.Buckets.Length]));
        }

        // A report that comes twice, or too late, adds nothing.
        if (series.Count == 0 || point.Time > series.LastTime)
        {
            series.Add(isDelta && series.Count > 0 ? point.After(series.Last) : point);
        }

        _bytes += series.Bytes - bytes;
        for (var i = 0; i < 2 && _bytes > limits.PointBytes && series.Count > 2; i++)
        {
            bytes = series.Bytes;
            series.RemoveOldest();
            _bytes += series.Bytes - bytes;
        }

        foreach (var exemplar in incoming.Exemplars ?? [])
        {
            if (Ids.Trace(exemplar.TraceId) is var traceId && traceId != 0)
            {
                var value = exemplar.ValueCase == Exemplar.ValueOneofCase.AsInt ? exemplar.AsInt : exemplar.AsDouble;
                instrument.AddExample(new Example(TelemetryTime.FromWire(exemplar.TimeUnixNano), value, traceId, Ids.Span(exemplar.SpanId)));
            }
        }

        return true;
    }

    private static long? Beginning(long at, long start, long reportedBefore)
        => start > 0 && start < at && at - start < NewWithin ? Math.Max(start, reportedBefore)
            : reportedBefore > 0 && at - reportedBefore is > 0 and < NewWithin ? reportedBefore
            : null;

    private static string KeyOf(string instance, KeyValuePair<string, string>[] attributes)
    {
        var key = new StringBuilder(instance);
        foreach (var (name, value) in attributes)
        {
            key.Append('\u001f').Append(name).Append('\u001e').Append(value);
        }

        return key.ToString();
    }

    // Looked for at most every ten seconds: a sender that invents series must not make every report a search.
    private bool TryMakeRoom()
    {
        var now = TelemetryTime.Now(time);
        if (now - _swept < 10 * Second)
        {
            return false;
        }

        _swept = now;
        foreach (var instrument in _instruments.Values.ToArray())
        {
            foreach (var (key, series) in instrument.Series.Where(s => now - s.Value.LastTime > SilentAfter).ToArray())
            {
                instrument.Series.Remove(key);
                _series--;
                _bytes -= series.Bytes;
            }

            if (instrument.Series.Count == 0)
            {
                _instruments.Remove(instrument.Key);
            }
        }

        return _series < limits.Series;
    }

    private void Remove(MetricInstrument instrument)
    {
        _instruments.Remove(instrument.Key);
        _series -= instrument.Series.Count;
        _bytes -= instrument.Series.Values.Sum(s => s.Bytes);
    }

    private double[] Shared(double[] bounds)
    {
        if (!_bounds.TryGetValue(bounds, out var shared))
        {
            if (_bounds.Count > 1_000)
            {
                _bounds.Clear();
            }

            _bounds[bounds] = shared = bounds;
        }

        return shared;
    }

    private sealed class BoundsComparer : IEqualityComparer<double[]>
    {
        public bool Equals(double[]? x, double[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(double[] bounds) => bounds.Length == 0 ? 0 : HashCode.Combine(bounds.Length, bounds[0], bounds[^1]);
    }
}
