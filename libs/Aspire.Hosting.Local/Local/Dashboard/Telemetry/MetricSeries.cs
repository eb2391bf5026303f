namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>What an instrument reported at one time. Counters and histograms count up from the beginning of their series.</summary>
/// <param name="Time">Nanoseconds since 1970.</param>
/// <param name="Value">A number, or the sum of a histogram.</param>
/// <param name="Count">Of a histogram: how many values.</param>
/// <param name="Buckets">Of a histogram: how many values up to each bound and, last, beyond them all.</param>
internal readonly record struct MetricPoint(long Time, double Value, long Count = 0, long[]? Buckets = null)
{
    public int Size => Buckets is null ? 40 : 64 + (8 * Buckets.Length);

    /// <summary>For senders that report differences: what has been counted since the beginning.</summary>
    public MetricPoint After(MetricPoint before)
    {
        long[]? buckets = null;
        if (Buckets is not null)
        {
            buckets = [.. Buckets];
            for (var i = 0; i < buckets.Length && before.Buckets is not null && i < before.Buckets.Length; i++)
            {
                buckets[i] += before.Buckets[i];
            }
        }

        return new MetricPoint(Time, Value + before.Value, Count + before.Count, buckets);
    }
}

/// <summary>The newest points of one instrument with one set of attributes from one sender.</summary>
internal sealed class MetricSeries(string instance, KeyValuePair<string, string>[] attributes, int capacity)
{
    private readonly List<MetricPoint> _points = [];
    private int _first;

    public string Instance { get; } = instance;

    public KeyValuePair<string, string>[] Attributes { get; } = attributes;

    /// <summary>Upper bounds of a histogram's buckets.</summary>
    public double[] Bounds { get; private set; } = [];

    public int Count => _points.Count - _first;

    public MetricPoint Last => _points[^1];

    public long LastTime => Count == 0 ? 0 : Last.Time;

    public int Bytes { get; private set; }

    public string Attribute(string name) => Array.Find(Attributes, a => a.Key == name).Value ?? "";

    /// <summary>A histogram with other buckets is not comparable: the series starts anew.</summary>
    public void SetBounds(double[] bounds)
    {
        if (!Bounds.AsSpan().SequenceEqual(bounds))
        {
            _points.Clear();
            _first = 0;
            Bytes = 0;
            Bounds = bounds;
        }
    }

    public void Add(MetricPoint point)
    {
        if (Count == capacity)
        {
            RemoveOldest();
        }

        _points.Add(point);
        Bytes += point.Size;
    }

    public void RemoveOldest()
    {
        Bytes -= _points[_first].Size;
        _points[_first++] = default;
        // Moved together now and then, so that removing is cheap on average and the list does not grow for ever.
        if (_first > 32 && _first * 2 > _points.Count)
        {
            _points.RemoveRange(0, _first);
            _first = 0;
        }
    }

    /// <summary>The points since a time, with the one before it, from which the first difference counts.</summary>
    public MetricPoint[] Since(long time)
    {
        var from = _points.Count;
        while (from > _first && _points[from - 1].Time >= time)
        {
            from--;
        }

        return [.. _points.Skip(Math.Max(_first, from - 1))];
    }
}
