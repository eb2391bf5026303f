using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.Contracts;
using Platform.Tenancy.ApiKeys;
using Platform.Tenancy.RateLimits;
using Platform.Tenancy.Storage;
using Platform.Tenancy.Usage;

namespace Platform.Tenancy.Internal;

/// <summary>
/// What stands behind an API key. <c>ExpiresAt</c> is when this very secret stops working: the key's end, or the end of
/// the grace of a rotated one.
/// </summary>
internal sealed record ResolvedKey(
    Guid Id,
    Guid TenantId,
    string TenantSlug,
    TenantStatus TenantStatus,
    string Name,
    IReadOnlyList<string> Permissions,
    TlpLevel TlpClearance,
    IReadOnlyList<string> AllowedCidrs,
    DateTimeOffset? ExpiresAt,
    string Environment,
    KeyLimits? RateLimit,
    Limits Limits,
    DateTimeOffset? QuotaResetsAt);

/// <summary>
/// Finds and verifies an API key. The tenant is not known yet: a SECURITY DEFINER function gives the ids behind a
/// prefix and nothing else, and the row itself is then read under row-level security, in the same round trip.
/// </summary>
internal sealed class ResolveKey(NpgsqlDataSource source, KeyHasher hasher, IOptions<TenancyOptions> options, TimeProvider clock)
{
    private const string Enter = "SELECT set_config('app.tenant_id', coalesce((SELECT tenant_id::text FROM find_api_key($1)), ''), true)";

    private const string Read = """
        SELECT k.id, k.tenant_id, t.slug, t.status, k.name, k.permissions, k.tlp_clearance, k.allowed_cidrs, k.expires_at, k.environment,
            k.requests_per_minute, k.requests_per_hour, k.requests_per_day,
            coalesce(r.requests_per_minute, $2), coalesce(r.requests_per_hour, $3), coalesce(r.requests_per_day, $4),
            k.key_prefix, k.key_hash, k.previous_hash, k.previous_expires_at, t.plan,
            (SELECT coalesce(sum(requests - refused), 0)::bigint FROM (
                SELECT requests, refused FROM usage_rollups WHERE tenant_id = t.id AND span = 'month' AND dimension = 'all' AND bucket = $5
                UNION ALL
                SELECT requests, refused FROM usage_deltas WHERE tenant_id = t.id AND dimension = 'all' AND bucket >= $5) AS month)
        FROM api_keys k JOIN tenants t ON t.id = k.tenant_id LEFT JOIN rate_limits r ON r.tenant_id = k.tenant_id
        WHERE k.id = (SELECT id FROM find_api_key($1)) AND k.status = 'active' AND t.status <> 'cancelled'
        """;

    /// <summary>The key's facts; null when it is unknown, wrong, revoked, expired or its tenant is gone.</summary>
    public async Task<ResolvedKey?> FindAsync(string? text, CancellationToken ct)
    {
        if (!KeyText.TryParse(text, out var key))
        {
            return null;
        }

        var month = Quotas.MonthOf(clock.GetUtcNow());
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Enter) { Parameters = { new() { Value = key.Prefix } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Read)
        {
            Parameters =
            {
                new() { Value = key.Prefix },
                new() { Value = Storage.RateLimit.DefaultPerMinute },
                new() { Value = Storage.RateLimit.DefaultPerHour },
                new() { Value = Storage.RateLimit.DefaultPerDay },
                new() { Value = month },
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        return await reader.ReadAsync(ct) ? Verify(reader, key, month) : null;
    }

    private ResolvedKey? Verify(NpgsqlDataReader row, KeyText key, DateTimeOffset month)
    {
        var isCurrent = row.GetString(16) == key.Prefix;
        var stored = isCurrent ? row.GetString(17) : Text(row, 18);
        var expires = Time(row, 8);
        if (!isCurrent && (expires is null || Time(row, 19) < expires))
        {
            expires = Time(row, 19);
        }

        if (!KeyHasher.Equal(hasher.Hash(key), stored) || expires <= clock.GetUtcNow())
        {
            return null;
        }

        return new ResolvedKey(
            row.GetGuid(0),
            row.GetGuid(1),
            row.GetString(2),
            Enum.Parse<TenantStatus>(row.GetString(3), ignoreCase: true),
            row.GetString(4),
            List(row, 5),
            TlpLevels.TryParse(row.GetString(6), out var level) ? level : TlpLevel.Clear,
            List(row, 7),
            expires,
            row.GetString(9),
            KeyLimits.Of(Number(row, 10), Number(row, 11), Number(row, 12)),
            new Limits(row.GetInt32(13), row.GetInt32(14), row.GetInt32(15)),
            row.GetInt64(21) >= options.Value.Quotas.Of(Enum.Parse<Plan>(row.GetString(20), ignoreCase: true)) ? month.AddMonths(1) : null);
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static int? Number(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static string[] List(NpgsqlDataReader row, int column) => JsonSerializer.Deserialize<string[]>(row.GetString(column)) ?? [];
}
