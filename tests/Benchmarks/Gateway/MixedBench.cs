using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Platform.Benchmarks.Harness;
using Platform.Benchmarks.Import;
using Platform.TestSupport;

namespace Platform.Benchmarks.Gateway;

/// <summary>What the platform answers when everything goes on at once.</summary>
internal sealed class MixedBench : Measurement
{
    private const int Urls = 10_000;
    private const int Connections = 1_000;
    private const int PerSecond = 2_000;
    private const double WriteShare = 0.1;

    private static readonly Dictionary<string, string> Paths = new(StringComparer.Ordinal)
    {
        ["attack-pattern"] = "attack-patterns",
        ["malware"] = "malware",
        ["tool"] = "tools",
        ["intrusion-set"] = "intrusion-sets",
        ["course-of-action"] = "courses-of-action",
    };

    public override string Name => "mixed";

    public override string Summary => "reads and writes over all services in an open loop, for two tenants";

    public override int DefaultRounds => 1;

    public override int DefaultSeconds => 30;

    public override string Help => """
        2,000 requests a second over 1,000 connections, sent when their time has come whether or not earlier ones are
        answered, and timed from that moment (so a stall is not omitted). 90 % are reads, by Zipf's law over 10,000 addresses: objects
        of ATT&CK Enterprise in both versions, and lists; 10 % are writes to threat objects, nodes, roles and the tenant.
        Two tenants, each with ATT&CK loaded. --quick: 200 a second with a sixteenth of ATT&CK.

        Budgets: p95 below 100 ms, mean below 50 ms, no error, more than 90 % of the reads that may be kept from the cache.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        var bundle = (await AttackBundle.ReadAsync([run.Options.Quick ? 16 : 1], ct)
            ?? throw new FileNotFoundException("ATT&CK is not there; set PLATFORM_TEST_DATA to the folder that holds attack/enterprise-attack-18.1.json.xz."))[0];
        var rate = run.Options.Quick ? PerSecond / 10 : PerSecond;
        await using var platform = await run.PlatformAsync();
        using var admin = await platform.SignInAdminAsync();
        var tenants = new List<Api>();
        for (var i = 0; i < 2; i++)
        {
            var (tenant, client) = await admin.NewTenantAsync("bench-mixed", "bench");
            await admin.RaiseLimitsAsync(tenant.ToString());
            run.Say($"importing {bundle.Objects:N0} objects");
            await client.ImportAsync(bundle.Bytes);
            tenants.Add(client);
        }

        var addresses = AddressesOf(bundle);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections }) { BaseAddress = platform.Gateway };
        run.Say("warming up");
        await LoadAsync(http, tenants, addresses, rate, TimeSpan.FromSeconds(Math.Min(10, run.Options.Seconds)), ct);
        var rounds = new List<Result>();
        await run.InterleaveAsync("mixed", [async () => rounds.Add(await LoadAsync(http, tenants, addresses, rate, TimeSpan.FromSeconds(run.Options.Seconds), ct))]);
        run.Figures.Add(new Figure("requests", "1/s", rounds.ConvertAll(r => r.PerSecond)));
        run.Figures.Add(new Figure("mean", "ms", rounds.ConvertAll(r => r.Mean), Budget.AtMost(50)));
        run.Figures.Add(new Figure("p50", "ms", rounds.ConvertAll(r => r.Percentile(0.50))));
        run.Figures.Add(new Figure("p95", "ms", rounds.ConvertAll(r => r.Percentile(0.95)), Budget.AtMost(100)));
        run.Figures.Add(new Figure("p99", "ms", rounds.ConvertAll(r => r.Percentile(0.99))));
        run.Figures.Add(new Figure("errors", "", rounds.ConvertAll(r => (double)r.Errors), Budget.AtMost(0)));
        run.Figures.Add(new Figure("reads from the cache", "%", rounds.ConvertAll(r => r.HitPercent), Budget.AtLeast(90)));
        foreach (var why in rounds.SelectMany(r => r.Reasons).GroupBy(r => r).OrderByDescending(g => g.Count()).Take(5))
        {
            run.Notes.Add($"{why.Count()} × {why.Key}");
        }

        tenants.ForEach(t => t.Dispose());
    }

    /// <summary>Objects in both versions, then lists of different lengths, in an order that does not change.</summary>
    private static List<string> AddressesOf(AttackBundle bundle)
    {
        using var document = System.Text.Json.JsonDocument.Parse(bundle.Bytes);
        var addresses = new List<string>();
        foreach (var item in document.RootElement.GetProperty("objects").EnumerateArray())
        {
            if (Paths.TryGetValue(item.GetProperty("type").GetString()!, out var path))
            {
                addresses.Add($"/api/v2/threat-intel/{path}/{item.GetProperty("id").GetString()}");
                addresses.Add($"/api/v1/threat-intel/{path}/{item.GetProperty("id").GetString()}");
            }
        }

        foreach (var path in Paths.Values)
        {
            for (var limit = 1; limit <= 100 && addresses.Count < Urls; limit++)
            {
                addresses.Add($"/api/v2/threat-intel/{path}?limit={limit}");
            }
        }

        var random = new Random(1);
        return [.. addresses.OrderBy(_ => random.Next()).Take(Urls)];
    }

    private static async Task<Result> LoadAsync(HttpClient http, List<Api> tenants, List<string> addresses, int rate, TimeSpan length, CancellationToken ct)
    {
        var result = new Result(length);
        var zipf = Zipf(addresses.Count);
        var random = new Random(2);
        var pending = new ConcurrentBag<Task>();
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var sent = 0; Stopwatch.GetElapsedTime(started) < length; await timer.WaitForNextTickAsync(ct))
        {
            var due = (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * rate);
            for (; sent < due; sent++)
            {
                var token = tenants[sent % tenants.Count].Http.DefaultRequestHeaders.Authorization!;
                var request = random.NextDouble() < WriteShare ? WriteOf(sent, random) : new HttpRequestMessage(HttpMethod.Get, addresses[Pick(zipf, random)]);
                request.Headers.Authorization = token;
                pending.Add(SendAsync(http, request, started + (long)((double)sent / rate * Stopwatch.Frequency), result, ct));
            }
        }

        await Task.WhenAll(pending);
        return result;
    }

    private static async Task SendAsync(HttpClient http, HttpRequestMessage request, long due, Result result, CancellationToken ct)
    {
        using (request)
        {
            try
            {
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, ct);
                result.Add(
                    Stopwatch.GetElapsedTime(due).TotalMilliseconds,
                    response.Headers.TryGetValues("X-Cache", out var cache) ? cache.First() : null,
                    response.IsSuccessStatusCode ? null : $"{(int)response.StatusCode} {request.Method} {request.RequestUri!.OriginalString.Split('?')[0].Split("--")[0]}");
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                result.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds, null, exception.Message);
            }
        }
    }

    private static HttpRequestMessage WriteOf(int number, Random random)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"m{number}-{random.Next():x}");
        return (number % 4) switch
        {
            0 => Json(HttpMethod.Post, "/api/v2/threat-intel/indicators", new { name, indicator_type = "domain-name", value = name + ".example.org" }),
            1 => Json(HttpMethod.Post, "/api/v2/knowledge-graph/nodes", new { node_type = "note", name, properties = new { description = name } }),
            2 => Json(HttpMethod.Post, "/api/v2/roles", new { name, description = name, grants = new[] { "read:all" } }),
            _ => Json(HttpMethod.Patch, "/api/v2/tenant", new { settings = new { bench = name } }),
        };
    }

    private static HttpRequestMessage Json(HttpMethod method, string path, object body) => new(method, path) { Content = JsonContent.Create(body) };

    /// <summary>The share of all requests that the first so many addresses have.</summary>
    private static double[] Zipf(int count)
    {
        var sums = new double[count];
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            sums[i] = sum += 1.0 / (i + 1);
        }

        return Array.ConvertAll(sums, s => s / sum);
    }

    private static int Pick(double[] shares, Random random)
    {
        var at = Array.BinarySearch(shares, random.NextDouble());
        return Math.Min(shares.Length - 1, at < 0 ? ~at : at);
    }

    private sealed class Result(TimeSpan length)
    {
        private readonly ConcurrentBag<double> _times = [];
        private double[]? _sorted;
        private int _hits;
        private int _misses;

        public ConcurrentBag<string> Reasons { get; } = [];

        public int Errors => Reasons.Count;

        public double PerSecond => _times.Count / length.TotalSeconds;

        public double Mean => _times.IsEmpty ? 0 : _times.Average();

        public double HitPercent => 100.0 * _hits / Math.Max(1, _hits + _misses);

        public double Percentile(double share)
        {
            _sorted ??= [.. _times.Order()];
            return _sorted.Length == 0 ? 0 : _sorted[(int)Math.Min(_sorted.Length - 1, share * _sorted.Length)];
        }

        public void Add(double milliseconds, string? cache, string? error)
        {
            _times.Add(milliseconds);
            if (error is not null)
            {
                Reasons.Add(error);
            }

            if (cache is not null)
            {
                Interlocked.Increment(ref cache == "MISS" ? ref _misses : ref _hits);
            }
        }
    }
}
