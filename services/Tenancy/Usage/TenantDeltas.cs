using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace Platform.Tenancy.Usage;

/// <summary>What the rows of one tenant add up to, by hour and dimension: one delivery's part of the rollups.</summary>
internal sealed class TenantDeltas
{
    private const string Sql = $"""
        INSERT INTO usage_deltas (tenant_id, dimension, bucket, value, {RollupColumns.Names})
        SELECT $1, * FROM unnest($2::text[], $3::timestamptz[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bytea[])
        """;

    private readonly Dictionary<long, UsageTotal> _all = [];
    private readonly Dictionary<(long Hour, string Endpoint), UsageTotal> _endpoints = [];
    private readonly Dictionary<(long Hour, Guid? Key), UsageTotal> _keys = [];
    private readonly Dictionary<(long Hour, int Status), UsageTotal> _statuses = [];

    public void Add(DateTimeOffset at, string endpoint, Guid? key, int status, double latency, long received, long sent)
    {
        var hour = at.UtcTicks / TimeSpan.TicksPerHour;
        var bin = Histogram.BinOf(latency);
        Of(_all, hour).Add(status, bin, received, sent);
        Of(_endpoints, (hour, endpoint)).Add(status, bin, received, sent);
        Of(_keys, (hour, key)).Add(status, bin, received, sent);
        Of(_statuses, (hour, status)).Add(status, bin, received, sent);
    }

    public NpgsqlBatchCommand Insert(Guid tenant)
    {
        (string Dimension, long Hour, string Value, UsageTotal Total)[] deltas =
        [
            .. _all.Select(t => ("all", t.Key, "", t.Value)),
            .. _endpoints.Select(t => ("endpoint", t.Key.Hour, t.Key.Endpoint, t.Value)),
            .. _keys.Select(t => ("api_key", t.Key.Hour, t.Key.Key?.ToString() ?? "none", t.Value)),
            .. _statuses.Select(t => ("status", t.Key.Hour, t.Key.Status.ToString(CultureInfo.InvariantCulture), t.Value)),
        ];
        var insert = new NpgsqlBatchCommand(Sql)
        {
            Parameters =
            {
                new() { Value = tenant },
                new() { Value = Array.ConvertAll(deltas, d => d.Dimension) },
                new() { Value = Array.ConvertAll(deltas, d => new DateTimeOffset(d.Hour * TimeSpan.TicksPerHour, TimeSpan.Zero)) },
                new() { Value = Array.ConvertAll(deltas, d => d.Value) },
            },
        };
        insert.Parameters.AddSums(Array.ConvertAll(deltas, d => d.Total.Sums));
        return insert;
    }

    private static UsageTotal Of<TKey>(Dictionary<TKey, UsageTotal> totals, TKey key)
        where TKey : notnull
    {
        ref var total = ref CollectionsMarshal.GetValueRefOrAddDefault(totals, key, out _);
        return total ??= new UsageTotal();
    }
}
