using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults;

/// <summary>
/// <c>db_pool_waiting{pool}</c>: who waits for a connection. Npgsql counts it too, but has no such figure until somebody has
/// waited, and an alert cannot tell that from a service that is not there.
/// </summary>
internal sealed class PoolFigures : IHostedService, IDisposable
{
    private static readonly string[] Pools = ["app", "relay"];
    private readonly int[] _waiting = new int[Pools.Length];
    private readonly MeterListener _npgsql = new();

    public PoolFigures(IMeterFactory meters)
    {
        _npgsql.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "Npgsql", Name: "db.client.connection.npgsql.pending_requests" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _npgsql.SetMeasurementEventCallback<int>((_, change, labels, _) => Count(change, labels));
        meters.Create(SignalSources.Own).CreateObservableGauge("db_pool_waiting", Observe, null, "Requests that wait for a connection, by pool.");
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _npgsql.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _npgsql.Dispose();

    private void Count(int change, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        foreach (var label in labels)
        {
            if (label.Key == "db.client.connection.pool.name" && Array.IndexOf(Pools, label.Value) is var pool and >= 0)
            {
                Interlocked.Add(ref _waiting[pool], change);
            }
        }
    }

    private IEnumerable<Measurement<int>> Observe()
    {
        for (var i = 0; i < Pools.Length; i++)
        {
            yield return new Measurement<int>(Volatile.Read(ref _waiting[i]), new KeyValuePair<string, object?>("pool", Pools[i]));
        }
    }
}
