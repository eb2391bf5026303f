using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.ServiceDefaults.Tests.Telemetry;

public sealed class OutboxMetricsTests
{
    [Fact]
    public void Lag_is_the_age_of_the_head_and_nothing_when_the_outbox_is_empty()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var metrics = new OutboxMetrics(factory, TimeProvider.System);
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Scope == factory)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = seen.GetValueOrDefault(instrument.Name) + value);
        listener.Start();

        metrics.Head(TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(2));
        listener.RecordObservableInstruments();
        Assert.InRange(seen["outbox_lag_seconds"], 119, 130);

        metrics.Head(null);
        listener.RecordObservableInstruments();
        Assert.Equal(0, seen["outbox_lag_seconds"]);

        metrics.Sent(TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(3));
        metrics.Sent(TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(3));
        metrics.Refused();
        Assert.Equal(2, seen["outbox_sent_total"]);
        Assert.Equal(1, seen["outbox_refused_total"]);
        Assert.Equal(0, seen["outbox_delay_seconds"]);
    }
}
