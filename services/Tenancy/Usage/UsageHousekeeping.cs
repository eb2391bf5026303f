using Microsoft.Extensions.Options;
using Npgsql;

namespace Platform.Tenancy.Usage;

/// <summary>
/// Makes the partitions of the coming months, drops those beyond retention, and forgets the journal places of batches so
/// old that no gateway can send them again. Hours are kept as long as the rows, days for 40 months, months for good. Runs before the service takes messages, and every few hours.
/// </summary>
internal sealed partial class UsageHousekeeping(
    UsagePartitions partitions, NpgsqlDataSource source, IOptions<TenancyOptions> options, TimeProvider clock, ILogger<UsageHousekeeping> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(6);
    private const int DayMonthsKept = 40;
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

        await using (var drop = source.CreateCommand("SELECT drop_usage_partitions($1)"))
        {
            drop.Parameters.Add(new() { Value = UsagePartitions.MonthOf(now).AddMonths(-options.Value.UsageMonthsKept) });
            await drop.ExecuteScalarAsync(ct);
        }

        await using (var rollups = source.CreateCommand("SELECT prune_usage_rollups($1, $2)"))
        {
            rollups.Parameters.Add(new() { Value = Quotas.MonthOf(now).AddMonths(-options.Value.UsageMonthsKept) });
            rollups.Parameters.Add(new() { Value = Quotas.MonthOf(now).AddMonths(-DayMonthsKept) });
            await rollups.ExecuteScalarAsync(ct);
        }

        await using var prune = source.CreateCommand("DELETE FROM usage_batches WHERE received_at < $1");
        prune.Parameters.Add(new() { Value = now - BatchesKept });
        await prune.ExecuteNonQueryAsync(ct);
    }

    [LoggerMessage(LogLevel.Warning, "The partitions of the coming months could not be made; the next attempt is in some hours")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
