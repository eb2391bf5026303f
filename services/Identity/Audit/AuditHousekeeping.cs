using Microsoft.Extensions.Options;
using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Identity.Audit;

/// <summary>
/// Makes the partitions of the coming months and drops those older than the retention. Before a month goes, every
/// tenant's chain gets a signed checkpoint at its last entry of that time, from which the rest still verifies.
/// </summary>
internal sealed partial class AuditHousekeeping(
    NpgsqlDataSource source, AuditSeal seal, IOptions<IdentitySettings> settings, TimeProvider clock, ILogger<AuditHousekeeping> log) : BackgroundService
{
    private const int MonthsAhead = 2;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    private const string Last = """
        SELECT seq, hash FROM audit_log WHERE tenant_id = $1 AND at < $2 AND seq IS NOT NULL ORDER BY seq DESC LIMIT 1
        """;

    private const string Checkpoint = """
        INSERT INTO audit_checkpoints (tenant_id, seq, hash, at, signature) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
        """;

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
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(log, exception);
            }
        }
    }

    /// <summary>Does what is due.</summary>
    internal async Task RunAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var month = new DateOnly(now.Year, now.Month, 1);
        for (var i = 0; i <= MonthsAhead; i++)
        {
            await CallAsync("SELECT ensure_audit_partition($1)", month.AddMonths(i), ct);
        }

        var oldest = now - settings.Value.AuditRetention;
        foreach (var kept in await ListAsync<DateOnly>("SELECT audit_partitions()", null, ct))
        {
            var end = new DateTimeOffset(kept.AddMonths(1), TimeOnly.MinValue, TimeSpan.Zero);
            if (end <= oldest)
            {
                foreach (var tenant in await ListAsync<Guid>("SELECT audit_tenants_before($1)", end, ct))
                {
                    await SetCheckpointAsync(tenant, end, ct);
                }

                await CallAsync("SELECT drop_audit_partition($1)", kept, ct);
                LogDropped(log, kept);
            }
        }
    }

    private async Task SetCheckpointAsync(Guid tenantId, DateTimeOffset before, CancellationToken ct)
    {
        await using var session = await TenantSession.OpenAsync(source, tenantId, ct);
        (long Seq, byte[] Hash)? last = null;
        await using (var command = session.Command(Last))
        {
            command.Parameters.Add(new() { Value = tenantId });
            command.Parameters.Add(new() { Value = before });
            await using var reader = await command.ExecuteReaderAsync(ct);
            last = await reader.ReadAsync(ct) ? (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)) : null;
        }

        if (last is var (seq, hash))
        {
            await AuditChain.ExecuteAsync(session, Checkpoint, ct, tenantId, seq, hash, clock.GetUtcNow(), seal.Sign(tenantId, seq, hash));
            await session.CommitAsync(ct);
        }
    }

    private async Task CallAsync(string sql, DateOnly month, CancellationToken ct)
    {
#pragma warning disable CA2100 // The callers' constants.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = month });
        await command.ExecuteScalarAsync(ct);
    }

    private async Task<List<T>> ListAsync<T>(string sql, object? value, CancellationToken ct)
    {
#pragma warning disable CA2100 // The callers' constants.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        if (value is not null)
        {
            command.Parameters.Add(new() { Value = value });
        }

        var found = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            found.Add(reader.GetFieldValue<T>(0));
        }

        return found;
    }

    [LoggerMessage(LogLevel.Warning, "The partitions of the audit log could not be looked after; the next attempt is in some hours")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Information, "The audit log of {Month} is past its retention and was dropped")]
    private static partial void LogDropped(ILogger logger, DateOnly month);
}
