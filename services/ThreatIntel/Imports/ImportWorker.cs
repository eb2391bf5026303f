using Microsoft.Extensions.Options;
using Npgsql;

namespace Platform.ThreatIntel.Imports;

/// <summary>
/// Works on imports in the background, a few at a time; what an earlier process left behind comes first. A store that
/// is away delays an import and does not end it.
/// </summary>
internal sealed partial class ImportWorker(
    ImportRunner runner, ImportSpool spool, ImportQueue queue, IOptions<ThreatIntelOptions> options, TimeProvider clock, ILogger<ImportWorker> log) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        spool.DropUnfinished(clock.GetUtcNow().UtcDateTime.AddHours(-1));
        foreach (var (tenant, import) in spool.Pending())
        {
            queue.Add(tenant, import);
        }

        await Task.WhenAll(Enumerable.Range(0, options.Value.ImportWorkers).Select(_ => WorkAsync(stoppingToken)));
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        await foreach (var (tenant, import) in queue.ReadAllAsync(ct))
        {
            try
            {
                await RunAsync(tenant, import, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Left in the queue's folder: the next start tries again.
                LogAbandoned(log, exception, import);
            }
        }
    }

    private async Task RunAsync(Guid tenant, Guid import, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (await runner.RunAsync(tenant, import, ct))
                {
                    return;
                }

                LogElsewhere(log, import);
            }
            catch (Exception exception) when (IsPassing(exception))
            {
                LogDelayed(log, exception, import);
            }

            var pause = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, attempt), LongestPause.TotalSeconds));
            await Task.Delay(pause, clock, ct);
        }
    }

    private static bool IsPassing(Exception exception) => exception switch
    {
        NpgsqlException { IsTransient: true } or TimeoutException => true,
        { InnerException: { } inner } => IsPassing(inner),
        _ => false,
    };

    [LoggerMessage(LogLevel.Error, "Import {Import} stopped unexpectedly")]
    private static partial void LogAbandoned(ILogger logger, Exception exception, Guid import);

    [LoggerMessage(LogLevel.Warning, "Import {Import} waits for the database")]
    private static partial void LogDelayed(ILogger logger, Exception exception, Guid import);

    [LoggerMessage(LogLevel.Information, "Import {Import} is at work in another instance")]
    private static partial void LogElsewhere(ILogger logger, Guid import);
}
