using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.ServiceDefaults.Tests.Telemetry;

public sealed class PoolFiguresTests
{
    [Fact]
    public async Task Waiting_is_there_from_the_start_and_follows_Npgsql()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        using var figures = new PoolFigures(factory);
        await figures.StartAsync(TestContext.Current.CancellationToken);
        var seen = new Dictionary<string, int>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Scope == factory)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((_, value, labels, _) => seen[(string)labels[0].Value!] = value);
        listener.Start();

        listener.RecordObservableInstruments();
        Assert.Equal(new Dictionary<string, int> { ["app"] = 0, ["relay"] = 0 }, seen);

        using var npgsql = new Meter("Npgsql");
        var pending = npgsql.CreateUpDownCounter<int>("db.client.connection.npgsql.pending_requests");
        pending.Add(3, new KeyValuePair<string, object?>("db.client.connection.pool.name", "app"));
        pending.Add(-1, new KeyValuePair<string, object?>("db.client.connection.pool.name", "app"));
        pending.Add(1, new KeyValuePair<string, object?>("db.client.connection.pool.name", "another"));
        listener.RecordObservableInstruments();
        Assert.Equal(2, seen["app"]);
        Assert.Equal(0, seen["relay"]);
    }
}
