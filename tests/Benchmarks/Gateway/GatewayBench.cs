using Platform.Benchmarks.Harness;

namespace Platform.Benchmarks.Gateway;

/// <summary>What the gateway's chain costs beside proxies that do nothing else.</summary>
internal sealed class GatewayBench : Measurement
{
    private const int Connections = 64;

    public override string Name => "gateway";

    public override string Summary => "requests/s and added latency of the gateway's full chain, beside bare YARP, nginx and haproxy";

    public override string Help => """
        Starts a platform, and beside it a second gateway of that platform whose ThreatIntel is an nginx that answers 200 B
        or 10 KB (no-store); the same nginx stands behind bare YARP, nginx and haproxy. wrk asks each in turn, with 64
        connections, then with one. Every request to the gateway passes the whole chain: access token, tenant, limits in
        Redis, internal token, usage row (shipped to Tenancy and stored there), telemetry as it is set by default (20 traces and 100 log lines a second,
        1 % beyond) to the dashboard.

        Budgets: at least 75 % of bare YARP's requests/s; at most 150 µs more than bare YARP at the median of one
        connection. Processor time is that of the proxy's own process for one request, which a busy machine changes less.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync();
        var token = await GatewayReplica.TokenAsync(platform);
        await using var proxies = new Contestants(run, token, ct);
        var direct = await ProxyPeers.StartBackendAsync(run.Folder, ct);
        proxies.Add("direct", direct);
        var backend = direct.Address;
        proxies.Add("nginx", await ProxyPeers.StartNginxProxyAsync(run.Folder, backend, ct));
        proxies.Add("haproxy", await ProxyPeers.StartHaproxyAsync(run.Folder, backend, ct));
        proxies.Add("yarp", await ProxyPeers.StartYarpAsync(run.Folder, backend, ct));
        proxies.Add("gateway", await GatewayReplica.StartAsync(platform, run.Folder, "gateway", backend, token, new Dictionary<string, string?>(), ct));
        await proxies.WarmUpAsync(ProxyPeers.Small, Connections);

        foreach (var (size, path) in ((string, string)[])[("200 B", ProxyPeers.Small), ("10 KB", ProxyPeers.Large)])
        {
            var busy = await proxies.MeasureAsync(size, path, Connections);
            foreach (var name in proxies.Names)
            {
                run.Figures.Add(new Figure($"{name}, {size}: requests", "1/s", busy[name].ConvertAll(l => l.Load.RequestsPerSecond)));
            }

            run.Figures.Add(new Figure($"gateway ÷ yarp, {size}", "×", Ratios(busy, "gateway", "yarp"), Budget.AtLeast(0.75)));
            run.Figures.Add(new Figure($"gateway ÷ nginx, {size}", "×", Ratios(busy, "gateway", "nginx")));
            run.Figures.Add(new Figure($"gateway ÷ haproxy, {size}", "×", Ratios(busy, "gateway", "haproxy")));
            foreach (var name in (string[])["yarp", "gateway"])
            {
                run.Figures.Add(new Figure($"{name}, {size}: processor time a request", "µs", busy[name].ConvertAll(l => l.CpuMicroseconds)));
                run.Figures.Add(new Figure($"{name}, {size}: p99", "ms", busy[name].ConvertAll(l => l.Load.P99Microseconds / 1000)));
            }
        }

        var alone = await proxies.MeasureAsync("1 connection", ProxyPeers.Small, 1);
        foreach (var name in proxies.Names)
        {
            run.Figures.Add(new Figure($"{name}, 1 connection: p50", "µs", alone[name].ConvertAll(l => l.Load.P50Microseconds)));
        }

        run.Figures.Add(new Figure(
            "gateway − yarp, 1 connection: p50", "µs",
            [.. alone["gateway"].Zip(alone["yarp"], (g, y) => g.Load.P50Microseconds - y.Load.P50Microseconds)], Budget.AtMost(150)));
        run.Notes.Add("The load generator, the backend, the stores, the broker and Tenancy's storing of usage rows share the processors with what is measured.");
    }

    private static double[] Ratios(Dictionary<string, List<Turn>> turns, string one, string other) =>
        [.. turns[one].Zip(turns[other], (a, b) => a.Load.RequestsPerSecond / b.Load.RequestsPerSecond)];
}
