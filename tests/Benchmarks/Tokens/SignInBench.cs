using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Platform.Benchmarks.Harness;
using Platform.Benchmarks.Running;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.Benchmarks.Tokens;

/// <summary>What a sign-in costs beside its password hash, and what a flood of them does to everybody else.</summary>
internal sealed class SignInBench : Measurement
{
    private const int FloodConnections = 64;
    private const int SignIns = 40;
    private const int Iterations = 220_000;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private static readonly string[] Routes = ["/api/v2/users/me", "/api/v2/threat-intel/indicators?limit=10", "/api/v2/knowledge-graph/nodes?limit=10"];

    public override string Name => "sign-in";

    public override string Summary => "time of a sign-in beside its password hash; other routes under a flood of sign-ins";

    public override string Help => """
        Sign-ins one after another at the Identity service of a running platform, each from another address, against the
        same PBKDF2 in this process. Then reads of Identity, ThreatIntel and KnowledgeGraph through a second gateway, one every
        20 ms, without and with 64 connections that send sign-ins of invented names as fast as they are answered.

        Budget: p95 of a sign-in at most 1.5 times the hash's; p95 of the reads under the flood less than twice the usual one.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync();
        var (gateway, address) = await SecondGateway.StartAsync(
            platform, run.Folder, "gateway", new Dictionary<string, string?> { ["Gateway__AnonymousPerMinute"] = "1000000" }, ct);
        await using var _ = gateway;
        var (email, password) = await platform.AdminAsync();
        var identity = ProcessFigures.Environment(await platform.PidOfAsync("identity"));
        await MeasureSignInsAsync(run, identity, email, password, ct);

        using var admin = await platform.SignInAdminAsync();
        var (tenantId, tenant) = await admin.NewTenantAsync("sign-in", "bench");
        await admin.RaiseLimitsAsync(tenantId.ToString());
        using var reader = new HttpClient { BaseAddress = address };
        reader.DefaultRequestHeaders.Authorization = tenant.Http.DefaultRequestHeaders.Authorization;
        await ReadAsync(reader, 5, ct);
        var (usual, flooded, ratios) = (new List<double>(), new List<double>(), new List<double>());
        var script = FloodScript(run);
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            usual.Add(await ReadAsync(reader, run.Options.Seconds, ct));
            var flood = Wrk.RunAsync(new Uri(address, "/api/v2/auth/login"), FloodConnections, run.Options.Seconds + 2, new Dictionary<string, string>(), ct, script, mayBeRefused: true);
            flooded.Add(await ReadAsync(reader, run.Options.Seconds, ct));
            var load = await flood;
            ratios.Add(flooded[^1] / usual[^1]);
            run.Say($"reads: p95 {usual[^1]:0.0} ms, under {load.RequestsPerSecond:0} sign-ins/s {flooded[^1]:0.0} ms");
        }

        tenant.Dispose();
        run.Figures.Add(new Figure("other routes: p95", "ms", usual));
        run.Figures.Add(new Figure("other routes under a flood: p95", "ms", flooded));
        run.Figures.Add(new Figure("other routes: flood against usual", "×", ratios, Budget.AtMost(2)));
    }

    private static async Task MeasureSignInsAsync(Run run, IReadOnlyDictionary<string, string?> identity, string email, string password, CancellationToken ct)
    {
        var key = Convert.FromBase64String(identity["InternalAuth__Key"]!);
        var nobody = new Caller(WellKnown.DefaultTenantId, "gateway", CallerKind.Service, PermissionSet.Parse("use:anonymous"), TlpLevel.Clear);
        using var client = new HttpClient { BaseAddress = new Uri(identity["ASPNETCORE_URLS"]!) };
        var (signIns, hashes) = (new List<double>(), new List<double>());
        for (var i = 0; i < SignIns + 5; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/auth/login") { Content = JsonContent.Create(new { username = email, password }) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", InternalTokens.Issue(nobody, "identity", key, TimeProvider.System.GetUtcNow()));
            request.Headers.Add("X-Client-Address", new IPAddress(RandomNumberGenerator.GetBytes(4)).ToString());
            var started = Stopwatch.GetTimestamp();
            using var response = await client.SendAsync(request, ct);
            await response.Content.ReadAsByteArrayAsync(ct);
            var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            response.EnsureSuccessStatusCode();
            started = Stopwatch.GetTimestamp();
            Rfc2898DeriveBytes.Pbkdf2(password, RandomNumberGenerator.GetBytes(16), Iterations, HashAlgorithmName.SHA512, 32);
            if (i >= 5)
            {
                signIns.Add(took);
                hashes.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        var (signIn, hash) = (Statistics.Percentile(signIns, 0.95), Statistics.Percentile(hashes, 0.95));
        run.Say($"sign-in: p50 {Statistics.Median(signIns):0.0} ms, p95 {signIn:0.0} ms; hash alone: p50 {Statistics.Median(hashes):0.0} ms, p95 {hash:0.0} ms");
        run.Figures.Add(new Figure("sign-in: p95", "ms", signIn));
        run.Figures.Add(new Figure("hash alone: p95", "ms", hash));
        run.Figures.Add(new Figure("sign-in against hash: p95", "×", signIn / hash, Budget.AtMost(1.5)));
    }

    /// <summary>The 95th percentile of reads that begin at a fixed pace, whatever those before them take.</summary>
    private static async Task<double> ReadAsync(HttpClient client, int seconds, CancellationToken ct)
    {
        var pending = new List<Task<double>>();
        using var timer = new PeriodicTimer(Pace);
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds && await timer.WaitForNextTickAsync(ct))
        {
            pending.Add(ReadOnceAsync(client, Routes[pending.Count % Routes.Length], ct));
        }

        return Statistics.Percentile(await Task.WhenAll(pending), 0.95);
    }

    private static async Task<double> ReadOnceAsync(HttpClient client, string path, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        using var response = await client.GetAsync(path, ct);
        await response.Content.ReadAsByteArrayAsync(ct);
        // Whoever acts in another tenant is nobody's user there, so users/me is 404: it was looked for all the same.
        return response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotFound
            ? Stopwatch.GetElapsedTime(started).TotalMilliseconds
            : throw new InvalidOperationException($"{path} answered {(int)response.StatusCode}.");
    }

    private static string FloodScript(Run run)
    {
        var path = Path.Combine(run.Folder, "flood.lua");
        File.WriteAllText(path, """
            math.randomseed(os.time())
            function request()
              local body = string.format('{"username":"n%d%d@example.com","password":"wrong wrong wrong"}', math.random(1e9), math.random(1e9))
              return wrk.format("POST", nil, {["Content-Type"] = "application/json"}, body)
            end
            """);
        return path;
    }
}
