using System.Globalization;
using Npgsql;

namespace Platform.Tenancy.Usage;

/// <summary>What the rows of one tenant add up to, by hour and dimension: one delivery's part of the rollups.</summary>
internal sealed class TenantDeltas
{
    private const string Sql = """
        INSERT INTO usage_deltas (tenant_id, dimension, bucket, value, requests, errors, refused, request_bytes, response_bytes, bins, counts)
        SELECT $1, d, b, v, n, e, r, i, o, bins::smallint[], counts::bigint[]
        FROM unnest($2::text[], $3::timestamptz[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::text[])
            AS u(d, b, v, n, e, r, i, o, bins, counts)
        """;

    private readonly Dictionary<Kind, Tally> _kinds = [];

    public void Add(DateTimeOffset at, string endpoint, Guid? key, int status, double latency, long received, long sent)
    {
        var kind = new Kind(at.UtcTicks / TimeSpan.TicksPerHour, endpoint, key, status);
        if (!_kinds.TryGetValue(kind, out var tally))
        {
            _kinds[kind] = tally = new Tally();
        }

        tally.Add(Histogram.BinOf(latency), received, sent);
    }

    public NpgsqlBatchCommand Insert(Guid tenant)
    {
        var sums = new Dictionary<(string Dimension, long Hour, string Value), UsageSums>();
        foreach (var (kind, tally) in _kinds)
        {
            var part = tally.Sums(kind.Status);
            Add(("all", kind.Hour, ""), part);
            Add(("endpoint", kind.Hour, kind.Endpoint), part);
            Add(("api_key", kind.Hour, kind.Key?.ToString() ?? "none"), part);
            Add(("status", kind.Hour, kind.Status.ToString(CultureInfo.InvariantCulture)), part);
        }

        var keys = sums.Keys.ToArray();
        var values = sums.Values.ToArray();
        return new NpgsqlBatchCommand(Sql)
        {
            Parameters =
            {
                new() { Value = tenant },
                new() { Value = Array.ConvertAll(keys, k => k.Dimension) },
                new() { Value = Array.ConvertAll(keys, k => new DateTimeOffset(k.Hour * TimeSpan.TicksPerHour, TimeSpan.Zero)) },
                new() { Value = Array.ConvertAll(keys, k => k.Value) },
                new() { Value = Array.ConvertAll(values, s => s.Requests) },
                new() { Value = Array.ConvertAll(values, s => s.Errors) },
                new() { Value = Array.ConvertAll(values, s => s.Refused) },
                new() { Value = Array.ConvertAll(values, s => s.RequestBytes) },
                new() { Value = Array.ConvertAll(values, s => s.ResponseBytes) },
                new() { Value = Array.ConvertAll(values, s => $"{{{string.Join(',', s.Latencies.Bins)}}}") },
                new() { Value = Array.ConvertAll(values, s => $"{{{string.Join(',', s.Latencies.Counts)}}}") },
            },
        };

        void Add((string, long, string) key, in UsageSums part) => sums[key] = sums.GetValueOrDefault(key, UsageSums.None).Plus(part);
    }

    private readonly record struct Kind(long Hour, string Endpoint, Guid? Key, int Status);

    private sealed class Tally
    {
        private readonly SortedDictionary<short, long> _bins = [];
        private long _requests;
        private long _received;
        private long _sent;

        public void Add(short bin, long received, long sent)
        {
            _bins[bin] = _bins.GetValueOrDefault(bin) + 1;
            _requests++;
            _received += received;
            _sent += sent;
        }

        public UsageSums Sums(int status) => new(
            _requests,
            status >= 400 ? _requests : 0,
            status == StatusCodes.Status429TooManyRequests ? _requests : 0,
            _received,
            _sent,
            new Histogram([.. _bins.Keys], [.. _bins.Values]));
    }
}
