namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>Which traces a page shows.</summary>
/// <param name="Source">With a span of this resource.</param>
/// <param name="Text">In the name of a span, or the beginning of the trace id.</param>
/// <param name="ErrorsOnly">With a failed span.</param>
/// <param name="MinMilliseconds">That took at least this long.</param>
internal sealed record TraceFilter(string? Source = null, string? Text = null, bool ErrorsOnly = false, double MinMilliseconds = 0);

/// <summary>
/// The spans that are kept of a trace, in the order they came, and those of other traces that name it in a link. It is partial when
/// older spans had to go.
/// </summary>
internal sealed record Trace(UInt128 Id, StoredSpan[] Spans, StoredSpan[] LinkedFrom, bool IsPartial);

/// <summary>The newest spans, by trace.</summary>
internal sealed class SpanStore
{
    private readonly Lock _lock = new();
    private readonly BoundedRing<StoredSpan> _ring;
    private readonly Dictionary<UInt128, TraceEntry> _traces = [];
    private readonly Dictionary<UInt128, List<StoredSpan>> _linking = [];

    public SpanStore(TelemetryLimits limits) => _ring = new(limits.Spans, limits.SpanBytes, s => s.Size, Evict);

    public (int Count, long Bytes, long Evicted, int Traces) Figures
    {
        get
        {
            lock (_lock)
            {
                return (_ring.Count, _ring.Bytes, _ring.Evicted, _traces.Count);
            }
        }
    }

    public void Add(IReadOnlyList<StoredSpan> spans)
    {
        lock (_lock)
        {
            foreach (var span in spans)
            {
                _ring.Add(span);
                if (!_traces.TryGetValue(span.TraceId, out var trace))
                {
                    _traces[span.TraceId] = trace = new TraceEntry();
                }

                trace.Add(span);
                foreach (var linked in span.LinkedTraces)
                {
                    if (!_linking.TryGetValue(linked, out var from))
                    {
                        _linking[linked] = from = [];
                    }

                    from.Add(span);
                }
            }
        }
    }

    /// <summary>The traces that started last, and how many there are.</summary>
    public (Trace[] Traces, int Total) Query(TraceFilter filter, int limit)
    {
        lock (_lock)
        {
            var found = new List<(long Start, UInt128 Id)>();
            foreach (var (id, trace) in _traces)
            {
                if (trace.Matches(filter, id))
                {
                    found.Add((trace.Start, id));
                }
            }

            found.Sort((a, b) => b.Start.CompareTo(a.Start));
            return ([.. found.Take(limit).Select(f => Copy(f.Id, _traces[f.Id]))], found.Count);
        }
    }

    public Trace? Find(UInt128 id)
    {
        lock (_lock)
        {
            return _traces.TryGetValue(id, out var trace) ? Copy(id, trace) : null;
        }
    }

    public string[] SourceNames()
    {
        lock (_lock)
        {
            return [.. _traces.Values.SelectMany(t => t.Sources).Distinct()];
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _ring.Clear();
        }
    }

    private Trace Copy(UInt128 id, TraceEntry trace)
        => new(id, trace.Spans.ToArray(), _linking.TryGetValue(id, out var from) ? [.. from] : [], trace.IsPartial);

    private void Evict(StoredSpan span)
    {
        var trace = _traces[span.TraceId];
        trace.RemoveOldest();
        if (trace.Spans.Count == 0)
        {
            _traces.Remove(span.TraceId);
        }

        foreach (var linked in span.LinkedTraces)
        {
            if (_linking.TryGetValue(linked, out var from) && from.Remove(span) && from.Count == 0)
            {
                _linking.Remove(linked);
            }
        }
    }

    private sealed class TraceEntry
    {
        private int _errors;
        private long _end = long.MinValue;

        // The ring lets go of the oldest span first, which is the first one here too.
        public Queue<StoredSpan> Spans { get; } = new();

        public List<string> Sources { get; } = [];

        public long Start { get; private set; } = long.MaxValue;

        public bool IsPartial { get; private set; }

        public void Add(StoredSpan span)
        {
            Spans.Enqueue(span);
            Start = Math.Min(Start, span.Start);
            _end = Math.Max(_end, span.End);
            _errors += span.IsError ? 1 : 0;
            if (!Sources.Contains(span.Source.Name))
            {
                Sources.Add(span.Source.Name);
            }
        }

        public void RemoveOldest()
        {
            _errors -= Spans.Dequeue().IsError ? 1 : 0;
            IsPartial = true;
        }

        public bool Matches(TraceFilter filter, UInt128 id)
        {
            if ((filter.ErrorsOnly && _errors == 0)
                || (filter.Source is not null && !Sources.Contains(filter.Source))
                || TelemetryTime.Milliseconds(_end - Start) < filter.MinMilliseconds)
            {
                return false;
            }

            if (string.IsNullOrEmpty(filter.Text))
            {
                return true;
            }

            foreach (var span in Spans)
            {
                if (span.Name.Contains(filter.Text, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }

            return Ids.Text(id).StartsWith(filter.Text, StringComparison.OrdinalIgnoreCase);
        }
    }
}
