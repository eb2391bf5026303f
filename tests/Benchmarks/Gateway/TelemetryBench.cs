using Platform.Benchmarks.Harness;

namespace Platform.Benchmarks.Gateway;

/// <summary>What telling about itself costs the gateway.</summary>
internal sealed class TelemetryBench : Measurement
{
    private const int Connections = 64;
    private const string Off = "off";
    private const string Default = "as by default";
    private const string All = "of every request";

    public override string Name => "telemetry";

    public override string Summary => "what the gateway's traces, metrics and logs cost it: on against off";

    public override int DefaultRounds => 7;

    public override string Help => """
        Three more gateways of a running platform, the same but for their telemetry: off (OTEL_SDK_DISABLED=true), as it is by
        default (20 traces and 100 log lines a second, 1 % beyond; all metrics), and of every request. Both export to the
        dashboard. wrk asks each in
        turn for 200 B with 64 connections.

        Budget: at most 5 % fewer requests/s by default than without. The last case only informs.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync();
        var token = await GatewayReplica.TokenAsync(platform);
        var (backendProcess, backend) = await ProxyPeers.StartBackendAsync(run.Folder, ct);
        await using var _ = backendProcess;
        await using var gateways = new Contestants(run, token, ct);
        var settings = new Dictionary<string, Dictionary<string, string?>>
        {
            [Off] = new() { ["OTEL_SDK_DISABLED"] = "true" },
            [Default] = [],
            [All] = new() { ["OTEL_TRACES_SAMPLER"] = "always_on", ["Telemetry__RequestLogRatio"] = "1" },
        };
        foreach (var (name, different) in settings)
        {
            gateways.Add(name, await GatewayReplica.StartAsync(platform, run.Folder, $"gateway-{gateways.Names.Count}", backend, token, different, ct));
        }

        await gateways.WarmUpAsync(ProxyPeers.Small, Connections);
        var turns = await gateways.MeasureAsync("200 B", ProxyPeers.Small, Connections);
        foreach (var name in gateways.Names)
        {
            run.Figures.Add(new Figure($"telemetry {name}: requests", "1/s", turns[name].ConvertAll(t => t.Load.RequestsPerSecond)));
            run.Figures.Add(new Figure($"telemetry {name}: processor time a request", "µs", turns[name].ConvertAll(t => t.CpuMicroseconds)));
        }

        run.Figures.Add(new Figure("cost of telemetry as by default", "%", Costs(turns, Default), Budget.AtMost(5)));
        run.Figures.Add(new Figure("cost of telemetry of every request", "%", Costs(turns, All)));
    }

    private static double[] Costs(Dictionary<string, List<Turn>> turns, string name) =>
        [.. turns[name].Zip(turns[Off], (on, off) => 100 * (1 - (on.Load.RequestsPerSecond / off.Load.RequestsPerSecond)))];
}
