using Npgsql;
using NpgsqlTypes;
using Platform.Tenancy.Usage;

namespace Platform.Benchmarks.Usage;

/// <summary>
/// Fills a database of Tenancy's past the service, as its owner: rows in the order of their time, and what they add up to,
/// side by side. Adding up what is stored already groups every row four times over; here each row is added to its totals as
/// it is made, by the service's own arithmetic, so that the time is that of two COPYs.
/// </summary>
internal sealed class UsageFill(NpgsqlDataSource owner, IReadOnlyList<Guid> tenants, int days)
{
    private const string CopyRows =
        "COPY usage_logs (tenant_id, api_key_id, endpoint, method, status_code, latency_ms, request_size_bytes, response_size_bytes, timestamp) FROM STDIN (FORMAT BINARY)";

    private const string CopyRollups =
        "COPY usage_rollups (tenant_id, span, dimension, bucket, value, requests, errors, refused, request_bytes, response_bytes, histogram) FROM STDIN (FORMAT BINARY)";

    private const int Writers = 2;
    private const int HoursADay = 24;

    /// <summary>Share of the rows that the first tenant has; the others share the rest alike.</summary>
    private const double Largest = 0.4;

    private static readonly int[] Statuses = [200, 200, 200, 200, 200, 200, 201, 404, 429, 500];
    private static readonly string[] Endpoints = [.. Enumerable.Range(0, 60).Select(i => $"/api/v2/things/{i}")];
    private static readonly Guid?[] Keys = [null, .. Enumerable.Range(0, 40).Select(i => (Guid?)new Guid($"00000000-0000-4000-8000-0000000000{i:00}"))];

    /// <summary>Writes about <paramref name="rows"/> rows, up to the hour that is not over yet; says how many.</summary>
    public async Task<long> RunAsync(long rows, Action<string> say, CancellationToken ct)
    {
        var last = UsageRange.Floor(TimeProvider.System.GetUtcNow(), "hour");
        var written = await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(() => WriteAsync(w, rows, last, say, ct), ct)));
        return written.Sum();
    }

    /// <summary>Every second tenant: each has its rollups to itself, so that two writers never meet.</summary>
    private async Task<long> WriteAsync(int writer, long rows, DateTimeOffset last, Action<string> say, CancellationToken ct)
    {
        await using var connection = await owner.OpenConnectionAsync(ct);
        await using var other = await owner.OpenConnectionAsync(ct);
        await using var logs = await connection.BeginBinaryImportAsync(CopyRows, ct);
        await using var rollups = await other.BeginBinaryImportAsync(CopyRollups, ct);
        var random = new Random(writer);
        var hours = days * HoursADay;
        var mine = Enumerable.Range(0, tenants.Count).Where(t => t % Writers == writer).Select(t => new Tenant(tenants[t], rollups)).ToList();
        var due = new double[mine.Count];
        var done = 0L;
        for (var hour = 0; hour < hours; hour++)
        {
            ct.ThrowIfCancellationRequested();
            var begin = last.AddHours(hour - hours);
            for (var t = 0; t < mine.Count; t++)
            {
                var share = mine[t].Id == tenants[0] ? Largest : (1 - Largest) / (tenants.Count - 1);
                due[t] += rows * share / hours;
                var count = (int)due[t];
                due[t] -= count;
                mine[t].Enter(begin);
                for (var i = 0; i < count; i++)
                {
                    mine[t].Add(logs, begin.AddTicks(TimeSpan.TicksPerHour / count * i), random);
                }

                done += count;
            }

            if (writer == 0 && (hour + 1) % (10 * HoursADay) == 0)
            {
                say($"{(hour + 1) / HoursADay} of {days} days");
            }
        }

        mine.ForEach(t => t.End());
        await rollups.CompleteAsync(ct);
        await logs.CompleteAsync(ct);
        return done;
    }

    /// <summary>One tenant's totals of the hour, day and month at hand; each is written when the next begins.</summary>
    private sealed class Tenant(Guid id, NpgsqlBinaryImporter rollups)
    {
        private readonly Dictionary<string, (DateTimeOffset Bucket, Dictionary<(string Dimension, string Value), UsageTotal> Totals)> _open = [];

        private Dictionary<(string Dimension, string Value), UsageTotal> _hour = [];

        public Guid Id => id;

        public void Enter(DateTimeOffset hour)
        {
            foreach (var span in UsageRange.Granularities)
            {
                var bucket = UsageRange.Floor(hour, span);
                if (_open.TryGetValue(span, out var open) && open.Bucket == bucket)
                {
                    continue;
                }

                Write(span);
                _open[span] = (bucket, []);
            }

            _hour = _open["hour"].Totals;
        }

        public void Add(NpgsqlBinaryImporter logs, DateTimeOffset at, Random random)
        {
            var (endpoint, key) = (Endpoints[random.Next(Endpoints.Length)], Keys[random.Next(3) == 0 ? 0 : random.Next(Keys.Length)]);
            var status = Statuses[random.Next(Statuses.Length)];
            var latency = (float)Math.Exp((random.NextDouble() * 6) - 1);
            logs.StartRow();
            logs.Write(id, NpgsqlDbType.Uuid);
            if (key is { } used)
            {
                logs.Write(used, NpgsqlDbType.Uuid);
            }
            else
            {
                logs.WriteNull();
            }

            logs.Write(endpoint, NpgsqlDbType.Varchar);
            logs.Write(status == 201 ? "POST" : "GET", NpgsqlDbType.Varchar);
            logs.Write(status, NpgsqlDbType.Integer);
            logs.Write(latency, NpgsqlDbType.Real);
            logs.Write(500L, NpgsqlDbType.Bigint);
            logs.Write(2000L, NpgsqlDbType.Bigint);
            logs.Write(at, NpgsqlDbType.TimestampTz);

            var bin = Histogram.BinOf(latency);
            Of(_hour, "all", "").Add(status, bin, 500, 2000);
            Of(_hour, "endpoint", endpoint).Add(status, bin, 500, 2000);
            Of(_hour, "api_key", key?.ToString() ?? "none").Add(status, bin, 500, 2000);
            Of(_hour, "status", status.ToString(System.Globalization.CultureInfo.InvariantCulture)).Add(status, bin, 500, 2000);
        }

        public void End()
        {
            foreach (var span in UsageRange.Granularities)
            {
                Write(span);
            }
        }

        private void Write(string span)
        {
            if (!_open.Remove(span, out var open))
            {
                return;
            }

            foreach (var ((dimension, value), total) in open.Totals)
            {
                var sums = total.Sums;
                rollups.StartRow();
                rollups.Write(id, NpgsqlDbType.Uuid);
                rollups.Write(span, NpgsqlDbType.Varchar);
                rollups.Write(dimension, NpgsqlDbType.Varchar);
                rollups.Write(open.Bucket, NpgsqlDbType.TimestampTz);
                rollups.Write(value, NpgsqlDbType.Varchar);
                rollups.Write(sums.Requests, NpgsqlDbType.Bigint);
                rollups.Write(sums.Errors, NpgsqlDbType.Bigint);
                rollups.Write(sums.Refused, NpgsqlDbType.Bigint);
                rollups.Write(sums.RequestBytes, NpgsqlDbType.Bigint);
                rollups.Write(sums.ResponseBytes, NpgsqlDbType.Bigint);
                rollups.Write(sums.Latencies.Packed, NpgsqlDbType.Bytea);
                if (span == "hour")
                {
                    // A day and a month are sums of their hours.
                    Of(_open["day"].Totals, dimension, value).Add(sums);
                    Of(_open["month"].Totals, dimension, value).Add(sums);
                }
            }
        }

        private static UsageTotal Of(Dictionary<(string Dimension, string Value), UsageTotal> totals, string dimension, string value)
        {
            ref var total = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(totals, (dimension, value), out _);
            return total ??= new UsageTotal();
        }
    }
}
