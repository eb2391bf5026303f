using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>
/// Makes the container build the providers when the host starts; they listen from then on, and the container flushes
/// them when it disposes of them.
/// </summary>
internal sealed class TelemetryStarter(TracerProvider tracing, MeterProvider metrics, DiskFigures disk) : IHostedService
{
    // Held, because nobody else asks for figures that only the meter reads.
    private readonly DiskFigures _disk = disk;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Sends what is pending while the listener of the receiver is likely still there. That is bounded by itself, and
    /// comes last: it neither waits for a token nor throws because another part has used the time up.
    /// </summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            tracing.ForceFlush(2000);
            metrics.ForceFlush(2000);
        },
        CancellationToken.None);
}
