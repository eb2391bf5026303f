using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.Tenancy.RateLimits;
using Platform.Tenancy.Storage;
using Platform.Tenancy.Usage;

namespace Platform.Tenancy.Internal;

/// <summary>What the gateway must know of a tenant.</summary>
/// <param name="TenantId">Which tenant.</param>
/// <param name="Slug">Its short name.</param>
/// <param name="Status">Whether it may work.</param>
/// <param name="Plan">What it has bought.</param>
/// <param name="Limits">Its request limits.</param>
/// <param name="MonthlyQuota">Requests that its plan includes in a month; null without end.</param>
/// <param name="UsedThisMonth">How many of them are used.</param>
/// <param name="QuotaResetsAt">Set when all are used: when the next month begins.</param>
/// <param name="RouteLimits">Hourly limits of single operations that are not the defaults.</param>
/// <param name="AllowedCountries">Where its callers may come from (ISO 3166-1); anywhere when empty.</param>
/// <param name="DeniedCountries">Where they may not come from.</param>
internal sealed record ResolvedTenant(
    Guid TenantId, string Slug, TenantStatus Status, Plan Plan, Limits Limits, long? MonthlyQuota, long UsedThisMonth, DateTimeOffset? QuotaResetsAt,
    IReadOnlyList<RouteLimit> RouteLimits, IReadOnlyList<string> AllowedCountries, IReadOnlyList<string> DeniedCountries);

/// <summary>Finds a tenant's state, limits and quota, in one round trip.</summary>
internal sealed class ResolveTenant(NpgsqlDataSource source, IOptions<TenancyOptions> options, TimeProvider clock)
{
    private const string Enter = "SELECT set_config('app.tenant_id', $1::uuid::text, true)";

    private const string Read = """
        SELECT t.id, t.slug, t.status, t.plan,
            coalesce(r.requests_per_minute, $2), coalesce(r.requests_per_hour, $3), coalesce(r.requests_per_day, $4),
            (SELECT coalesce(sum(requests - refused), 0)::bigint FROM (
                SELECT requests, refused FROM usage_rollups WHERE tenant_id = $1 AND span = 'month' AND dimension = 'all' AND bucket = $5
                UNION ALL
                SELECT requests, refused FROM usage_deltas WHERE tenant_id = $1 AND dimension = 'all' AND bucket >= $5) AS month),
            coalesce(r.routes, '[]'), coalesce(t.settings->'allowed_countries', '[]'), coalesce(t.settings->'denied_countries', '[]')
        FROM tenants t LEFT JOIN rate_limits r ON r.tenant_id = t.id WHERE t.id = $1 AND t.status <> 'cancelled'
        """;

    /// <summary>The tenant; null when there is none, or it was deleted.</summary>
    public async Task<ResolvedTenant?> FindAsync(Guid tenantId, CancellationToken ct)
    {
        var month = Quotas.MonthOf(clock.GetUtcNow());
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Enter) { Parameters = { new() { Value = tenantId } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Read)
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = RateLimit.DefaultPerMinute },
                new() { Value = RateLimit.DefaultPerHour },
                new() { Value = RateLimit.DefaultPerDay },
                new() { Value = month },
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        if (!await reader.ReadAsync(ct))
        {
            return null;
        }

        var plan = Enum.Parse<Plan>(reader.GetString(3), ignoreCase: true);
        var quota = options.Value.Quotas.Of(plan);
        var used = reader.GetInt64(7);
        return new ResolvedTenant(
            reader.GetGuid(0),
            reader.GetString(1),
            Enum.Parse<TenantStatus>(reader.GetString(2), ignoreCase: true),
            plan,
            new Limits(reader.GetInt32(4), reader.GetInt32(5), reader.GetInt32(6)),
            quota,
            used,
            used >= quota ? month.AddMonths(1) : null,
            RouteLimit.Read(reader.GetString(8)),
            Codes(reader.GetString(9)),
            Codes(reader.GetString(10)));
    }

    private static List<string> Codes(string json) => JsonSerializer.Deserialize<List<string>>(json) ?? [];
}
