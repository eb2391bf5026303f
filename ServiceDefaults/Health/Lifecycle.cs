using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults.Health;

/// <summary>
/// Knows whether the process takes new work: not before it has started, and not from the signal to stop on. Holds the
/// stop back for the drain delay, before the listener closes.
/// </summary>
internal sealed partial class Lifecycle : IHostedLifecycleService
{
    private readonly TimeSpan _delay;
    private readonly TimeProvider _time;
    private readonly ILogger<Lifecycle> _logger;
    private readonly long _createdAt;
    private volatile bool _started;
    private volatile bool _draining;

    public Lifecycle(IHostApplicationLifetime lifetime, IOptions<HealthOptions> options, TimeProvider time, ILogger<Lifecycle> logger)
    {
        _delay = options.Value.DrainDelay ?? TimeSpan.Zero;
        _time = time;
        _logger = logger;
        _createdAt = time.GetTimestamp();
        // The signal raises this at once; StoppingAsync comes a little later.
        lifetime.ApplicationStopping.Register(() => _draining = true);
    }

    /// <summary>Why no new work is taken; null when it is.</summary>
    public string? Reason => _draining ? "stopping" : _started ? null : "starting";

    /// <summary>Since the host began to start.</summary>
    public TimeSpan Uptime => _time.GetElapsedTime(_createdAt);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _started = true;
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _draining = true;
        if (_delay > TimeSpan.Zero)
        {
            LogDraining(_delay);
            await Task.Delay(_delay, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "Told to stop; not ready any more, closing in {Delay}")]
    private partial void LogDraining(TimeSpan delay);
}
