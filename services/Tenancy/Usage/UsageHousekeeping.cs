using Npgsql;

namespace Platform.Tenancy.Usage;

/// <summary>
/// Makes the partitions of the coming months, and forgets the journal places of batches so old that no gateway can
/// send them again. Runs before the service takes messages, and every few hours.
/// </summary>
internal sealed partial class UsageHousekeeping(
    UsagePartitions partitions, NpgsqlDataSource source, TimeProvider clock, ILogger<UsageHousekeeping> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(6);
    private static readonly TimeSpan BatchesKept = TimeSpan.FromDays(30);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RunAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (NpgsqlException exception)
            {
                LogFailed(log, exception);
            }
        }
    }

    private async Task RunAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        foreach (var month in UsagePartitions.Ahead(now))
        {
            await partitions.EnsureAsync(month, ct);
        }

        await using var prune = source.CreateCommand("DELETE FROM usage_batches WHERE received_at < $1");
        prune.Parameters.Add(new() { Value = now - BatchesKept });
        await prune.ExecuteNonQueryAsync(ct);
    }

    [LoggerMessage(LogLevel.Warning, "The partitions of the coming months could not be made; the next attempt is in some hours")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
