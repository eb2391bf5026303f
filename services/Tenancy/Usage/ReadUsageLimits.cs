using Npgsql;
using Platform.ServiceDefaults;
using Platform.Tenancy.Internal;

namespace Platform.Tenancy.Usage;

/// <summary>One limit and what is left of it now.</summary>
/// <param name="Window">minute, hour or day.</param>
/// <param name="Limit">Requests allowed in the window.</param>
/// <param name="Used">Requests of the past window that were let through, as far as their rows have arrived (a second or two late).</param>
/// <param name="Remaining">What is left.</param>
internal sealed record UsageLimit(string Window, int Limit, long Used, long Remaining);

/// <summary>What a plan includes in a calendar month (UTC).</summary>
/// <param name="Quota">Requests that are included; absent where there is no end of them.</param>
/// <param name="Used">Requests of this month that were let through.</param>
/// <param name="Remaining">What is left; absent where there is no end of them.</param>
/// <param name="ResetsAt">When the next month begins.</param>
internal sealed record UsageQuota(long? Quota, long Used, long? Remaining, DateTimeOffset ResetsAt);

/// <summary>The limits of the caller's tenant.</summary>
/// <param name="Plan">What it has bought.</param>
/// <param name="Limits">Requests in each window.</param>
/// <param name="Month">Requests of the month.</param>
/// <param name="Models">Tokens of its language models.</param>
internal sealed record UsageLimitsView(string Plan, IReadOnlyList<UsageLimit> Limits, UsageQuota Month, ModelQuota Models);

/// <summary>Compares the limits of a tenant with what it has used: short windows by rows, long ones by rollups.</summary>
internal sealed class ReadUsageLimits(NpgsqlDataSource source, ResolveTenant tenants, ReadModelUsage models, CallContext call, TimeProvider clock)
{
    /// <summary>
    /// Requests that a limit refused were not charged. The day is counted in whole hours, as the gateway counts it.
    /// </summary>
    private const string Count = """
        SELECT count(*) FILTER (WHERE timestamp > $2), count(*),
            (SELECT coalesce(sum(requests - refused), 0)::bigint FROM (
                SELECT requests, refused FROM usage_rollups WHERE tenant_id = $1 AND span = 'hour' AND dimension = 'all' AND bucket > $4
                UNION ALL
                SELECT requests, refused FROM usage_deltas WHERE tenant_id = $1 AND dimension = 'all' AND bucket > $4) AS hours)
        FROM usage_logs WHERE tenant_id = $1 AND timestamp > $3 AND status_code <> 429
        """;

    public async Task<UsageLimitsView?> RunAsync(CancellationToken ct)
    {
        if (await tenants.FindAsync(call.TenantId, ct) is not { } tenant)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        await using var session = await TenantSession.OpenAsync(source, call.TenantId, ct);
        await using var command = session.Command(Count);
        command.Parameters.Add(new() { Value = call.TenantId });
        command.Parameters.Add(new() { Value = now.AddMinutes(-1) });
        command.Parameters.Add(new() { Value = now.AddHours(-1) });
        command.Parameters.Add(new() { Value = now.AddDays(-1) });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new UsageLimitsView(tenant.Plan.ToString().ToLowerInvariant(),
        [
            Limit("minute", tenant.Limits.RequestsPerMinute, reader.GetInt64(0)),
            Limit("hour", tenant.Limits.RequestsPerHour, reader.GetInt64(1)),
            Limit("day", tenant.Limits.RequestsPerDay, reader.GetInt64(2)),
        ],
        Month(tenant, now), await models.MonthAsync(ct));
    }

    private static UsageQuota Month(ResolvedTenant tenant, DateTimeOffset now) => new(
        tenant.MonthlyQuota,
        tenant.UsedThisMonth,
        tenant.MonthlyQuota is { } quota ? Math.Max(0, quota - tenant.UsedThisMonth) : null,
        Quotas.MonthOf(now).AddMonths(1));

    private static UsageLimit Limit(string window, int limit, long used) => new(window, limit, used, Math.Max(0, limit - used));
}
