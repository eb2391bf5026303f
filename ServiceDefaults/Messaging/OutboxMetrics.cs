using System.Diagnostics.Metrics;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults;

/// <summary>How far the broker is behind what this service has committed.</summary>
internal sealed class OutboxMetrics
{
    private readonly TimeProvider _time;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _delay;
    private long _oldestTicks;

    public OutboxMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(SignalSources.Own);
        _sent = meter.CreateCounter<long>("outbox_sent_total", null, "Messages that the broker confirmed.");
        _refused = meter.CreateCounter<long>("outbox_refused_total", null, "Attempts at messages that cannot be sent.");
        _delay = meter.CreateHistogram(
            "outbox_delay_seconds",
            "s",
            "From the event to the broker's confirmation.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600] });
        meter.CreateObservableGauge("outbox_lag_seconds", Lag, "s", "Age of the oldest message that waits; 0 when none does.");
    }

    /// <summary>What the relay sees at the head of the outbox.</summary>
    public void Head(DateTimeOffset? oldest)
    {
        Volatile.Write(ref _oldestTicks, oldest?.UtcTicks ?? 0);
        // Counters that appear with their first event cannot be asked how much they grew by it.
        _sent.Add(0);
        _refused.Add(0);
    }

    public void Sent(DateTimeOffset occurredAt)
    {
        _sent.Add(1);
        _delay.Record(Math.Max(0, (_time.GetUtcNow() - occurredAt).TotalSeconds));
    }

    public void Refused() => _refused.Add(1);

    private double Lag()
    {
        var oldest = Volatile.Read(ref _oldestTicks);
        return oldest == 0 ? 0 : Math.Max(0, new TimeSpan(_time.GetUtcNow().UtcTicks - oldest).TotalSeconds);
    }
}
