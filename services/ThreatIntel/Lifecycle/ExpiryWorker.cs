using Microsoft.Extensions.Options;
using Npgsql;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Lifecycle;

/// <summary>
/// Announces indicators whose time of validity has ended, each once. What had ended before it came in is no news. The
/// tenants with something due come from a function that sees all of them and tells nothing else.
/// </summary>
internal sealed partial class ExpiryWorker(
    NpgsqlDataSource source, TimeProvider clock, IOptions<ThreatIntelOptions> options, ILogger<ExpiryWorker> log) : BackgroundService
{
    private const int MostAtOnce = 500;

    private const string Due = """
        UPDATE indicators SET expiry_due = NULL
        WHERE (stix_id, tlp) IN (SELECT stix_id, tlp FROM indicators WHERE expiry_due <= $1 AND NOT revoked ORDER BY expiry_due LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING stix_id, valid_until, tlp
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ExpiryInterval, clock);
        do
        {
            try
            {
                await AnnounceAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                LogDelayed(log, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task AnnounceAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        foreach (var tenant in await TenantsAsync(now, ct))
        {
            while (await AnnounceAsync(tenant, now, ct) == MostAtOnce)
            {
            }
        }
    }

    private async Task<List<Guid>> TenantsAsync(DateTimeOffset now, CancellationToken ct)
    {
        await using var command = source.CreateCommand("SELECT tenant_id FROM tenants_with_expired_indicators($1)");
        command.Parameters.Add(new() { Value = now });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var tenants = new List<Guid>();
        while (await reader.ReadAsync(ct))
        {
            tenants.Add(reader.GetGuid(0));
        }

        return tenants;
    }

    private async Task<int> AnnounceAsync(Guid tenant, DateTimeOffset now, CancellationToken ct)
    {
        await using var session = await TenantSession.OpenAsync(source, tenant, ct);
        var events = new List<IIntegrationEvent>();
        await using (var command = session.Command(Due))
        {
            command.Parameters.Add(new() { Value = now });
            command.Parameters.Add(new() { Value = MostAtOnce });
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                events.Add(new IndicatorExpired(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), (TlpLevel)reader.GetInt16(2)));
            }
        }

        await OutboxWriter.WriteAsync(session, events, ThreatIntelSetup.ServiceName, null, now, ct);
        await session.CommitAsync(ct);
        return events.Count;
    }

    [LoggerMessage(LogLevel.Warning, "Expired indicators wait for the database")]
    private static partial void LogDelayed(ILogger logger, Exception exception);
}
