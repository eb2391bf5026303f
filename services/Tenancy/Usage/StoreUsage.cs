using Npgsql;
using Platform.Contracts.Gateway;

namespace Platform.Tenancy.Usage;

/// <summary>
/// Stores batches of usage rows exactly once: the batches' places in the gateways' journals and their rows commit
/// together, and a place that is known already is skipped. PostgreSQL refuses COPY into a table under row-level security;
/// so the rows of each tenant go in by one INSERT over arrays, as the ordinary role and inside that tenant, and all
/// tenants of a delivery in one round trip.
/// </summary>
internal sealed class StoreUsage(NpgsqlDataSource source, UsagePartitions partitions, TimeProvider clock)
{
    private const string Mark = """
        INSERT INTO usage_batches (instance, segment, "offset", received_at)
        SELECT i, s, o, $4 FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS b(i, s, o)
        ON CONFLICT DO NOTHING RETURNING instance, segment, "offset"
        """;

    private const string Enter = "SELECT set_config('app.tenant_id', $1::uuid::text, true)";

    private const string Insert = """
        INSERT INTO usage_logs (tenant_id, api_key_id, endpoint, method, status_code, latency_ms, request_size_bytes, response_size_bytes, timestamp)
        SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::int[], $6::real[], $7::bigint[], $8::bigint[], $9::timestamptz[])
        """;

    /// <summary>A key that somebody is changing right now is skipped: its next use marks it again.</summary>
    private const string Touch = """
        WITH used AS (SELECT id, max(at) AS at FROM unnest($1::uuid[], $2::timestamptz[]) AS u(id, at) GROUP BY id),
             free AS (SELECT k.id FROM api_keys k JOIN used USING (id) WHERE k.last_used_at IS NULL OR k.last_used_at < used.at FOR UPDATE OF k SKIP LOCKED)
        UPDATE api_keys k SET last_used_at = used.at FROM used JOIN free USING (id) WHERE k.id = used.id
        """;

    /// <summary>The number of rows that were new.</summary>
    public async Task<int> RunAsync(IReadOnlyList<UsageRecorded> batches, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await EnsurePartitionsAsync(batches, now, ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var fresh = await MarkAsync(connection, batches, now, ct);
        var tenants = new Dictionary<Guid, TenantRows>();
        var count = 0;
        foreach (var batch in batches)
        {
            if (!fresh.Remove((Instance(batch), batch.Segment, batch.Offset)))
            {
                continue;
            }

            foreach (var entry in batch.Entries)
            {
                if (!tenants.TryGetValue(entry.TenantId, out var rows))
                {
                    tenants[entry.TenantId] = rows = new TenantRows();
                }

                rows.Add(entry, now);
                count++;
            }
        }

        if (tenants.Count > 0)
        {
            await InsertAsync(connection, tenants, ct);
        }

        await transaction.CommitAsync(ct);
        return count;
    }

    private async Task EnsurePartitionsAsync(IReadOnlyList<UsageRecorded> batches, DateTimeOffset now, CancellationToken ct)
    {
        var months = new HashSet<DateOnly>();
        foreach (var batch in batches)
        {
            foreach (var entry in batch.Entries)
            {
                months.Add(UsagePartitions.MonthOf(UsageRow.Timestamp(entry, now)));
            }
        }

        foreach (var month in months)
        {
            await partitions.EnsureAsync(month, ct);
        }
    }

    private static async Task<HashSet<(string Instance, long Segment, long Offset)>> MarkAsync(
        NpgsqlConnection connection, IReadOnlyList<UsageRecorded> batches, DateTimeOffset now, CancellationToken ct)
    {
        // In one order, so that two deliveries of the same places at once wait for each other and not in a circle.
        var places = batches.Select(b => (Instance: Instance(b), b.Segment, b.Offset)).Distinct().Order().ToList();
        await using var command = new NpgsqlCommand(Mark, connection)
        {
            Parameters =
            {
                new() { Value = places.ConvertAll(p => p.Instance) },
                new() { Value = places.ConvertAll(p => p.Segment) },
                new() { Value = places.ConvertAll(p => p.Offset) },
                new() { Value = now },
            },
        };
        var fresh = new HashSet<(string, long, long)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            fresh.Add((reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        return fresh;
    }

    private static async Task InsertAsync(NpgsqlConnection connection, Dictionary<Guid, TenantRows> tenants, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (tenant, rows) in tenants)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Enter) { Parameters = { new() { Value = tenant } } });
            batch.BatchCommands.Add(rows.Insert(Insert, tenant));
            batch.BatchCommands.Add(rows.Deltas.Insert(tenant));
            if (rows.UsesKeys)
            {
                batch.BatchCommands.Add(rows.Touch(Touch));
            }
        }

        await batch.ExecuteNonQueryAsync(ct);
    }

    private static string Instance(UsageRecorded batch) => batch.Instance.Length <= 128 ? batch.Instance : batch.Instance[..128];
}
