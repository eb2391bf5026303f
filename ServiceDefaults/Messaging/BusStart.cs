using System.Net.Sockets;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.ServiceDefaults;

/// <summary>
/// Starts the bus when the broker answers, however late that is. MassTransit's own start fails at once, says so as an error,
/// and comes back after three seconds and more; and a service that starts beside its broker, instead of after it, is ready
/// seconds earlier.
/// </summary>
public sealed partial class BusStart : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly IBusDepot _buses;
    private readonly Uri _broker;
    private readonly TimeProvider _clock;
    private readonly ILogger<BusStart> _log;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isBegun;

    internal BusStart(IBusDepot buses, Uri broker, TimeProvider clock, ILogger<BusStart> log)
    {
        _buses = buses;
        _broker = broker;
        _clock = clock;
        _log = log;
    }

    /// <summary>Waits until the bus has met its broker for the first time.</summary>
    public Task WaitAsync(CancellationToken ct) => _started.Task.WaitAsync(ct);

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!_isBegun)
        {
            return; // A bus that was never started waits for its time to run out.
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StopTimeout);
        try
        {
            // The token ends most of the waits in it, not all.
            await _buses.Stop(patience.Token).WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // What was not acknowledged is delivered again; a slow broker keeps no process from ending.
            LogLeft(_log, StopTimeout);
        }
        catch (Exception exception) when (!_started.Task.IsCompletedSuccessfully)
        {
            // MassTransit's stop fails on endpoints that its start has not reached.
            LogHalfStarted(_log, exception);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await IsStartedAsync(stoppingToken))
        {
            await Task.Delay(Interval, _clock, stoppingToken);
        }

        _started.SetResult();
    }

    private async Task<bool> IsStartedAsync(CancellationToken ct)
    {
        if (!await AnswersAsync(ct))
        {
            return false;
        }

        _isBegun = true;
        try
        {
            await _buses.Start(ct);
            return true;
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            // A broker that went away meanwhile ends no service: what was not started is started again.
            LogNotStarted(_log, exception);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The broker did not let go of the bus within {Timeout}; left without its answer")]
    private static partial void LogLeft(ILogger logger, TimeSpan timeout);

    [LoggerMessage(LogLevel.Warning, "The bus did not start and is started again")]
    private static partial void LogNotStarted(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Debug, "Stopped while the bus was starting")]
    private static partial void LogHalfStarted(ILogger logger, Exception exception);

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
