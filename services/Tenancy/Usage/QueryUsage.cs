using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Usage;

/// <summary>
/// Makes a report in one pass over the tenant's rows of the range, along the index on tenant and time. What cannot be
/// done in a few seconds, or has too many points to be read by anybody, is refused.
/// </summary>
internal sealed class QueryUsage(NpgsqlDataSource source, CallContext call)
{
    private const int MaxPoints = 20_000;
    private const string Limit = "SET LOCAL statement_timeout = '8s'";

    private const string Head = """
        SELECT grouping(bucket) AS no_bucket, grouping(grp) AS no_group, bucket, grp, count(*), count(*) FILTER (WHERE status_code >= 400),
            coalesce(sum(request_size_bytes), 0)::bigint, coalesce(sum(response_size_bytes), 0)::bigint,
            percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY latency_ms)
        FROM (SELECT date_trunc($1, timestamp, 'UTC') AS bucket,
        """;

    private const string Tail = """
             AS grp, status_code, request_size_bytes, response_size_bytes, latency_ms
            FROM usage_logs WHERE tenant_id = $2 AND timestamp >= $3 AND timestamp < $4) AS rows
        """;

    private const string Grouped = "GROUP BY GROUPING SETS ((bucket, grp), (grp), ()) ORDER BY bucket, count(*) DESC, grp LIMIT $5";
    private const string Plain = "GROUP BY GROUPING SETS ((bucket, grp), ()) ORDER BY bucket LIMIT $5";

    public async Task<UsageReport> RunAsync(UsageRange range, CancellationToken ct)
    {
        await using var session = await TenantSession.OpenAsync(source, call.TenantId, ct);
        await using (var limit = session.Command(Limit))
        {
            await limit.ExecuteNonQueryAsync(ct);
        }

        await using var command = session.Command(Sql(range.GroupBy));
        command.Parameters.Add(new() { Value = range.Granularity });
        command.Parameters.Add(new() { Value = call.TenantId });
        command.Parameters.Add(new() { Value = range.From });
        command.Parameters.Add(new() { Value = range.To });
        command.Parameters.Add(new() { Value = MaxPoints + 1 });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await ReadAsync(reader, range, ct);
    }

    private static string Sql(string? groupBy) => groupBy switch
    {
        "endpoint" => $"{Head} endpoint {Tail} {Grouped}",
        "api_key" => $"{Head} coalesce(api_key_id::text, 'none') {Tail} {Grouped}",
        "status" => $"{Head} status_code::text {Tail} {Grouped}",
        _ => $"{Head} ''::text {Tail} {Plain}",
    };

    private static async Task<UsageReport> ReadAsync(NpgsqlDataReader reader, UsageRange range, CancellationToken ct)
    {
        var totals = new UsageFigures(0, 0, 0, 0, 0, null);
        var groups = range.GroupBy is null ? null : new List<UsageGroup>();
        var series = new List<UsagePoint>();
        var read = 0;
        while (await reader.ReadAsync(ct))
        {
            if (++read > MaxPoints)
            {
                throw new FaultException(new Fault(ErrorCodes.QueryTooExpensive, "The report would have too many points: narrow the range or take a coarser granularity."));
            }

            var figures = Figures(reader);
            var isWhole = reader.GetInt32(0) == 1;
            if (!isWhole)
            {
                series.Add(new UsagePoint(reader.GetFieldValue<DateTimeOffset>(2), groups is null ? null : reader.GetString(3), figures));
            }
            else if (reader.GetInt32(1) == 1)
            {
                totals = figures;
            }
            else
            {
                groups?.Add(new UsageGroup(reader.GetString(3), figures));
            }
        }

        return new UsageReport(range.From, range.To, range.Granularity, range.GroupBy, totals, groups, series);
    }

    private static UsageFigures Figures(NpgsqlDataReader row)
    {
        var requests = row.GetInt64(4);
        var errors = row.GetInt64(5);
        var latencies = row.IsDBNull(8) ? null : row.GetFieldValue<float?[]>(8);
        return new UsageFigures(
            requests,
            errors,
            requests == 0 ? 0 : Math.Round((double)errors / requests, 6),
            row.GetInt64(6),
            row.GetInt64(7),
            latencies is [{ } p50, { } p95, { } p99] ? new Percentiles(Milliseconds(p50), Milliseconds(p95), Milliseconds(p99)) : null);
    }

    private static double Milliseconds(float value) => Math.Round(value, 3);
}
