namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>Which log records a page shows.</summary>
/// <param name="Source">Of this resource.</param>
/// <param name="MinSeverity">At least this bad.</param>
/// <param name="Text">In the message or the category.</param>
/// <param name="TraceId">Of this trace.</param>
/// <param name="SpanId">Of this span.</param>
/// <param name="Attribute">With exactly this attribute.</param>
internal sealed record LogFilter(
    string? Source = null,
    int MinSeverity = 0,
    string? Text = null,
    UInt128 TraceId = default,
    ulong SpanId = 0,
    KeyValuePair<string, string>? Attribute = null);

/// <summary>The newest log records.</summary>
internal sealed class LogStore
{
    private readonly Lock _lock = new();
    private readonly BoundedRing<StoredLog> _ring;
    private readonly Dictionary<string, int> _errors = [];

    public LogStore(TelemetryLimits limits) => _ring = new(limits.Logs, limits.LogBytes, r => r.Size, Evict);

    public (int Count, long Bytes, long Evicted) Figures
    {
        get
        {
            lock (_lock)
            {
                return (_ring.Count, _ring.Bytes, _ring.Evicted);
            }
        }
    }

    public void Add(IReadOnlyList<StoredLog> records)
    {
        lock (_lock)
        {
            foreach (var record in records)
            {
                record.Id = _ring.Add(record);
                if (record.IsError)
                {
                    _errors[record.Source.Name] = _errors.GetValueOrDefault(record.Source.Name) + 1;
                }
            }
        }
    }

    /// <summary>The newest records that match, newest first, and how many match in all.</summary>
    public (List<StoredLog> Records, int Total) Query(LogFilter filter, int limit)
    {
        StoredLog[] all;
        lock (_lock)
        {
            all = _ring.ToArray();
        }

        var found = new List<StoredLog>(Math.Min(limit, all.Length));
        var total = 0;
        for (var i = all.Length - 1; i >= 0; i--)
        {
            if (Matches(all[i], filter))
            {
                total++;
                if (found.Count < limit)
                {
                    found.Add(all[i]);
                }
            }
        }

        // They come in batches, each from its own process.
        found.Sort((a, b) => a.Time != b.Time ? b.Time.CompareTo(a.Time) : b.Id.CompareTo(a.Id));
        return (found, total);
    }

    public StoredLog? Find(long id)
    {
        lock (_lock)
        {
            return _ring.Find(id);
        }
    }

    /// <summary>How many of the kept records are errors, by resource.</summary>
    public Dictionary<string, int> Errors()
    {
        lock (_lock)
        {
            return new Dictionary<string, int>(_errors);
        }
    }

    public string[] SourceNames()
    {
        StoredLog[] all;
        lock (_lock)
        {
            all = _ring.ToArray();
        }

        return [.. all.Select(r => r.Source.Name).Distinct()];
    }

    public void Clear()
    {
        lock (_lock)
        {
            _ring.Clear();
        }
    }

    private static bool Matches(StoredLog record, LogFilter filter)
    {
        if (record.Severity < filter.MinSeverity
            || (filter.TraceId != 0 && record.TraceId != filter.TraceId)
            || (filter.SpanId != 0 && record.SpanId != filter.SpanId)
            || (filter.Source is not null && record.Source.Name != filter.Source))
        {
            return false;
        }

        if (!string.IsNullOrEmpty(filter.Text)
            && !record.Message.Contains(filter.Text, StringComparison.OrdinalIgnoreCase)
            && !record.Scope.Contains(filter.Text, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return filter.Attribute is not { } wanted || record.Has(wanted.Key, wanted.Value);
    }

    private void Evict(StoredLog record)
    {
        if (record.IsError && --_errors[record.Source.Name] == 0)
        {
            _errors.Remove(record.Source.Name);
        }
    }
}
