using System.Runtime.CompilerServices;
using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Usage;

/// <summary>One point of the usage: what a group did in one hour, day or month.</summary>
internal readonly record struct UsageSlice(DateTimeOffset Bucket, string Value, UsageSums Sums);

/// <summary>
/// Reads usage that is added up already, as one statement sees it: the rollups and what has come since they were last
/// brought up to date. The cost follows from the points that are asked for, not from the requests behind them.
/// </summary>
internal sealed class ReadRollups(NpgsqlDataSource source, CallContext call)
{
    private const string Limit = "SET LOCAL statement_timeout = '8s'";

    private const string Read = $"""
        SELECT bucket, value, {RollupColumns.Names} FROM usage_rollups
        WHERE tenant_id = $1 AND span = $2 AND dimension = $3 AND bucket >= $4 AND bucket < $5
        UNION ALL
        SELECT date_trunc($2, bucket, 'UTC'), value, {RollupColumns.Names} FROM usage_deltas
        WHERE tenant_id = $1 AND dimension = $3 AND bucket >= $4 AND bucket < $5
        ORDER BY 1, 2
        """;

    /// <summary>The points of a range, by time and then by group.</summary>
    public async IAsyncEnumerable<UsageSlice> RunAsync(UsageRange range, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var session = await TenantSession.OpenAsync(source, call.TenantId, ct);
        await using (var limit = session.Command(Limit))
        {
            await limit.ExecuteNonQueryAsync(ct);
        }

        await using var command = session.Command(Read);
        command.Parameters.Add(new() { Value = call.TenantId });
        command.Parameters.Add(new() { Value = range.Granularity });
        command.Parameters.Add(new() { Value = range.GroupBy ?? "all" });
        command.Parameters.Add(new() { Value = range.From });
        command.Parameters.Add(new() { Value = range.To });
        await using var reader = await command.ExecuteReaderAsync(ct);
        UsageSlice? open = null;
        while (await reader.ReadAsync(ct))
        {
            var row = Slice(reader);
            if (open is { } slice && slice.Bucket == row.Bucket && slice.Value == row.Value)
            {
                var total = new UsageTotal();
                total.Add(slice.Sums);
                total.Add(row.Sums);
                open = slice with { Sums = total.Sums };
                continue;
            }

            if (open is { } done)
            {
                yield return done;
            }

            open = row;
        }

        if (open is { } last)
        {
            yield return last;
        }
    }

    private static UsageSlice Slice(NpgsqlDataReader row) => new(row.GetFieldValue<DateTimeOffset>(0), row.GetString(1), RollupColumns.Read(row, 2));
}
