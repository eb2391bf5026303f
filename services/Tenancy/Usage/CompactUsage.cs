using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Usage;

/// <summary>
/// Moves a tenant's deltas into its rollups by hour, day and month, inside that tenant and in one transaction: whoever
/// reads both together sees every request once, before it and after it.
/// </summary>
internal sealed class CompactUsage(NpgsqlDataSource source)
{
    /// <summary>Deltas at once, each of which may touch three rollups.</summary>
    private const int Most = 2_000;

    private const string Lock = "SELECT pg_try_advisory_xact_lock(7160231, hashtext($1::uuid::text))";

    private const string Take = $"""
        DELETE FROM usage_deltas WHERE id IN (SELECT id FROM usage_deltas WHERE tenant_id = $1 ORDER BY id LIMIT $2)
        RETURNING dimension, bucket, value, {RollupColumns.Names}
        """;

    private const string Known = """
        SELECT span, dimension, bucket, value, r.requests, r.errors, r.refused, r.request_bytes, r.response_bytes, r.histogram
        FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::text[]) AS k(span, dimension, bucket, value)
            JOIN usage_rollups r USING (span, dimension, bucket, value) WHERE r.tenant_id = $1
        """;

    private const string Write = $"""
        INSERT INTO usage_rollups (tenant_id, span, dimension, bucket, value, {RollupColumns.Names})
        SELECT $1, * FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bytea[])
        ON CONFLICT (tenant_id, span, dimension, bucket, value) DO UPDATE SET requests = excluded.requests, errors = excluded.errors,
            refused = excluded.refused, request_bytes = excluded.request_bytes, response_bytes = excluded.response_bytes, histogram = excluded.histogram
        """;

    /// <summary>Whether there may be more.</summary>
    public async Task<bool> RunAsync(Guid tenant, CancellationToken ct)
    {
        await using var session = await TenantSession.OpenAsync(source, tenant, ct);
        await using (var hold = session.Command(Lock))
        {
            hold.Parameters.Add(new() { Value = tenant });
            if (await hold.ExecuteScalarAsync(ct) is not true)
            {
                // Another instance is at it.
                return false;
            }
        }

        var totals = new Dictionary<RollupKey, UsageTotal>();
        var taken = await TakeAsync(session, tenant, totals, ct);
        if (taken > 0)
        {
            var keys = totals.Keys.ToArray();
            await AddKnownAsync(session, tenant, keys, totals, ct);
            await using var write = session.Command(Write);
            AddKeys(write, tenant, keys);
            write.Parameters.AddSums(Array.ConvertAll(keys, k => totals[k].Sums));
            await write.ExecuteNonQueryAsync(ct);
        }

        await session.CommitAsync(ct);
        return taken == Most;
    }

    private static async Task<int> TakeAsync(TenantSession session, Guid tenant, Dictionary<RollupKey, UsageTotal> totals, CancellationToken ct)
    {
        await using var take = session.Command(Take);
        take.Parameters.Add(new() { Value = tenant });
        take.Parameters.Add(new() { Value = Most });
        await using var reader = await take.ExecuteReaderAsync(ct);
        var taken = 0;
        while (await reader.ReadAsync(ct))
        {
            taken++;
            var (dimension, hour, value) = (reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2));
            var sums = RollupColumns.Read(reader, 3);
            foreach (var span in UsageRange.Granularities)
            {
                var key = new RollupKey(span, dimension, UsageRange.Floor(hour, span), value);
                if (!totals.TryGetValue(key, out var total))
                {
                    totals[key] = total = new UsageTotal();
                }

                total.Add(sums);
            }
        }

        return taken;
    }

    private static async Task AddKnownAsync(TenantSession session, Guid tenant, RollupKey[] keys, Dictionary<RollupKey, UsageTotal> totals, CancellationToken ct)
    {
        await using var known = session.Command(Known);
        AddKeys(known, tenant, keys);
        await using var reader = await known.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            totals[new RollupKey(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3))].Add(RollupColumns.Read(reader, 4));
        }
    }

    private static void AddKeys(NpgsqlCommand command, Guid tenant, RollupKey[] keys)
    {
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = Array.ConvertAll(keys, k => k.Span) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(keys, k => k.Dimension) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(keys, k => k.Bucket) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(keys, k => k.Value) });
    }

    private readonly record struct RollupKey(string Span, string Dimension, DateTimeOffset Bucket, string Value);
}
