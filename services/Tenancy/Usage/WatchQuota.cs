using Npgsql;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Internal;

namespace Platform.Tenancy.Usage;

/// <summary>
/// Says once a month and quota that a tenant has used 80 % and all of what its plan includes. The mark that it was said
/// and the event commit together.
/// </summary>
internal sealed class WatchQuota(NpgsqlDataSource source, ResolveTenant tenants, TimeProvider clock)
{
    private const string Mark = """
        INSERT INTO quota_marks (tenant_id, month, quota, threshold, used, reached_at)
        SELECT $1, $2, $3, t, $4, $5 FROM unnest($6::int[]) AS r(t) ON CONFLICT DO NOTHING RETURNING threshold
        """;

    private static readonly int[] Thresholds = [80, 100];

    public async Task RunAsync(Guid tenantId, CancellationToken ct)
    {
        if (await tenants.FindAsync(tenantId, ct) is not { MonthlyQuota: { } quota, UsedThisMonth: var used })
        {
            return;
        }

        var reached = Array.FindAll(Thresholds, t => used >= quota * t / 100.0);
        if (reached.Length == 0)
        {
            return;
        }

        var now = clock.GetUtcNow();
        var month = Quotas.MonthOf(now);
        await using var session = await TenantSession.OpenAsync(source, tenantId, ct);
        var fresh = new List<QuotaThresholdReached>();
        await using (var command = session.Command(Mark))
        {
            command.Parameters.Add(new() { Value = tenantId });
            command.Parameters.Add(new() { Value = month });
            command.Parameters.Add(new() { Value = quota });
            command.Parameters.Add(new() { Value = used });
            command.Parameters.Add(new() { Value = now });
            command.Parameters.Add(new() { Value = reached });
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                fresh.Add(new QuotaThresholdReached(tenantId, reader.GetInt32(0), used, quota, month.AddMonths(1)));
            }
        }

        await OutboxWriter.WriteAsync(session, fresh, "tenancy", tenantId.ToString("N"), now, ct);
        await session.CommitAsync(ct);
    }
}
