namespace Aspire.Hosting.Local.Dashboard.Telemetry;

internal enum InstrumentKind
{
    /// <summary>A value at a time, such as a temperature.</summary>
    Gauge,

    /// <summary>Only grows; its rate is what is looked at.</summary>
    Counter,

    /// <summary>Goes up and down, and adds up over its series.</summary>
    UpDownCounter,

    Histogram,
}

internal readonly record struct InstrumentKey(string Source, string Meter, string Name);

/// <summary>A trace in which a value was measured.</summary>
internal readonly record struct Example(long Time, double Value, UInt128 TraceId, ulong SpanId);

/// <summary>One instrument of one resource, with its series. Guarded by the store's lock.</summary>
internal sealed class MetricInstrument(InstrumentKey key, InstrumentKind kind, string unit, string description)
{
    private const int MaxExamples = 100;
    private const int MaxInstances = 64;
    private readonly Dictionary<string, long> _reported = [];

    public InstrumentKey Key { get; } = key;

    public InstrumentKind Kind { get; } = kind;

    public string Unit { get; } = unit;

    public string Description { get; } = description;

    public Dictionary<string, MetricSeries> Series { get; } = new(StringComparer.Ordinal);

    public Queue<Example> Examples { get; } = new();

    /// <summary>When this sender last reported anything of this instrument; 0 if it did not.</summary>
    public long ReportedBy(string instance) => _reported.GetValueOrDefault(instance);

    public void SetReported(string instance, long time)
    {
        // Every start of a resource is another instance; the old ones are of no use.
        if (_reported.Count >= MaxInstances && !_reported.ContainsKey(instance))
        {
            _reported.Clear();
        }

        _reported[instance] = time;
    }

    public void AddExample(Example example)
    {
        Examples.Enqueue(example);
        if (Examples.Count > MaxExamples)
        {
            Examples.Dequeue();
        }
    }
}
