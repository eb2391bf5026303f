using Npgsql;

namespace Platform.Tenancy.Usage;

/// <summary>
/// Brings the rollups up to date every two seconds, and then looks at the quotas of the tenants that were active. What it
/// has not done yet is read besides, so that nobody waits for it.
/// </summary>
internal sealed partial class UsageRollup(NpgsqlDataSource source, CompactUsage compact, WatchQuota quotas, TimeProvider clock, ILogger<UsageRollup> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(log, exception);
            }
        }
    }

    /// <summary>Moves what has come since the last time.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var tenants = new List<Guid>();
        await using (var command = source.CreateCommand("SELECT usage_waiting()"))
        {
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                tenants.Add(reader.GetGuid(0));
            }
        }

        foreach (var tenant in tenants)
        {
            while (await compact.RunAsync(tenant, ct))
            {
            }

            await quotas.RunAsync(tenant, ct);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Usage could not be added up; the next attempt is in two seconds")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
