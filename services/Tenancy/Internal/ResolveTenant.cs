using Npgsql;
using Platform.Tenancy.RateLimits;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Internal;

/// <summary>What the gateway must know of a tenant.</summary>
internal sealed record ResolvedTenant(Guid TenantId, string Slug, TenantStatus Status, Plan Plan, Limits Limits);

/// <summary>Finds a tenant's state and limits, in one round trip.</summary>
internal sealed class ResolveTenant(NpgsqlDataSource source)
{
    private const string Enter = "SELECT set_config('app.tenant_id', $1::uuid::text, true)";

    private const string Read = """
        SELECT t.id, t.slug, t.status, t.plan,
            coalesce(r.requests_per_minute, $2), coalesce(r.requests_per_hour, $3), coalesce(r.requests_per_day, $4)
        FROM tenants t LEFT JOIN rate_limits r ON r.tenant_id = t.id WHERE t.id = $1 AND t.status <> 'cancelled'
        """;

    /// <summary>The tenant; null when there is none, or it was deleted.</summary>
    public async Task<ResolvedTenant?> FindAsync(Guid tenantId, CancellationToken ct)
    {
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
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        if (!await reader.ReadAsync(ct))
        {
            return null;
        }

        return new ResolvedTenant(
            reader.GetGuid(0),
            reader.GetString(1),
            Enum.Parse<TenantStatus>(reader.GetString(2), ignoreCase: true),
            Enum.Parse<Plan>(reader.GetString(3), ignoreCase: true),
            new Limits(reader.GetInt32(4), reader.GetInt32(5), reader.GetInt32(6)));
    }
}
