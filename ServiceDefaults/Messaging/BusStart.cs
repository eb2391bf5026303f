using System.Net.Sockets;
using MassTransit;
using Microsoft.Extensions.Hosting;

namespace Platform.ServiceDefaults;

/// <summary>
/// Starts the bus when the broker answers, however late that is. MassTransit's own start fails at once, says so as an error,
/// and comes back after three seconds and more; and a service that starts beside its broker, instead of after it, is ready
/// seconds earlier.
/// </summary>
public sealed class BusStart : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly IBusDepot _buses;
    private readonly Uri _broker;
    private readonly TimeProvider _clock;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal BusStart(IBusDepot buses, Uri broker, TimeProvider clock)
    {
        _buses = buses;
        _broker = broker;
        _clock = clock;
    }

    /// <summary>Waits until the bus has met its broker for the first time.</summary>
    public Task WaitAsync(CancellationToken ct) => _started.Task.WaitAsync(ct);

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StopTimeout);
        await _buses.Stop(patience.Token);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await AnswersAsync(stoppingToken))
        {
            await Task.Delay(Interval, _clock, stoppingToken);
        }

        await _buses.Start(stoppingToken);
        _started.SetResult();
    }

    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(_broker.Host, _broker.Port > 0 ? _broker.Port : 5672, ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
