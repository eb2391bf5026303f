using System.Collections.Concurrent;
using Platform.Benchmarks.Harness;
using Platform.TestSupport;

namespace Platform.Benchmarks.Streams;

/// <summary>Ten thousand who listen to one gateway, each to its own hundredth of what happens.</summary>
internal sealed class StreamProof : Measurement
{
    private const int Listeners = 10_000;
    private const int ListenersQuickly = 2_500;
    private const int Groups = 100;
    private const int EventsPerSecond = 200;

    public override string Name => "stream";

    public override string Summary => "10,000 event streams of one gateway: memory, how soon an event is there, and that each is there once";

    public override int DefaultRounds => 3;

    public override int DefaultSeconds => 10;

    public override string Help => """
        A platform and a second gateway of it. 10,000 streams of that one (with --quick 2,500), every other one a WebSocket,
        the rest server-sent events, each with a filter that lets one event of a hundred through. Then 200 events a second
        are published to the broker as services do, in each of the rounds for so many seconds, and every listener is timed
        from the publishing to the reading. Listeners, publisher and platform share the machine.

        Limits: 600 MiB resident of the gateway with all streams open and busy; p95 of an event 250 ms; lost 0, doubled 0.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync();
        using var admin = await platform.SignInAdminAsync();
        var (tenant, client) = await admin.NewTenantAsync("stream", "proof");
        using var _ = client;
        await admin.RaiseLimitsAsync(tenant.ToString());
        var (gateway, address) = await SecondGateway.StartAsync(platform, run.Folder, "gateway-2", new Dictionary<string, string?>(), ct);
        await using var __ = gateway;
        await using var publisher = await IncidentPublisher.StartAsync((await platform.ConnectionsAsync())["rabbitmq"], tenant);

        var count = run.Options.Quick ? ListenersQuickly : Listeners;
        var before = ProcessFigures.Memory(gateway.Pid).Resident;
        var listeners = new ConcurrentBag<StreamListener>();
        using var streams = new StreamConnections(address, client.Http.DefaultRequestHeaders.Authorization!.Parameter!);
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = ct }, async (i, token) =>
            listeners.Add(await streams.OpenAsync(IncidentPublisher.Group(i % Groups), bySocket: i % 2 == 0, publisher, token)));
        run.Say($"{count:N0} streams are open; {ProcessFigures.Memory(gateway.Pid).Resident:0} MiB");

        List<double> p95 = [], memory = [], cost = [], readers = [];
        for (var round = -1; round < run.Options.Rounds; round++)
        {
            var (gatewayBefore, readersBefore) = Cpu(gateway.Pid);
            var sent = await publisher.PublishAsync(Groups, EventsPerSecond, TimeSpan.FromSeconds(round < 0 ? 1 : run.Options.Seconds), ct);
            var expected = (long)sent * (count / Groups);
            await StreamListener.HeardAsync(listeners, expected, TimeSpan.FromSeconds(20), ct);
            memory.Add(ProcessFigures.Memory(gateway.Pid).Resident);
            var times = listeners.SelectMany(l => l.TakeTimes()).ToList();
            if (round < 0)
            {
                // For the compiler and the pools.
                continue;
            }

            var (gatewayAfter, readersAfter) = Cpu(gateway.Pid);
            cost.Add((gatewayAfter - gatewayBefore) * 1e6 / times.Count);
            readers.Add((readersAfter - readersBefore) * 1e6 / times.Count);
            p95.Add(Statistics.Percentile(times, 0.95));
            run.Say($"{sent:N0} events, {times.Count:N0} of {expected:N0} deliveries: p50 {Statistics.Median(times):0} ms, p95 {p95[^1]:0} ms, {memory[^1]:0} MiB, {cost[^1]:0} and {readers[^1]:0} µs of processor for a delivery");
        }

        run.Figures.Add(new Figure($"gateway with {count:N0} streams", "MiB", memory, Budget.AtMost(600)));
        run.Figures.Add(new Figure("gateway before", "MiB", before));
        run.Figures.Add(new Figure("from publishing to reading: p95", "ms", p95, Budget.AtMost(250)));
        run.Figures.Add(new Figure("gateway: processor for a delivery", "µs", cost));
        run.Figures.Add(new Figure("publisher and readers: processor for a delivery", "µs", readers));
        run.Figures.Add(new Figure("events lost", "events", listeners.Sum(l => publisher.Published(l.Group) - l.Distinct), Budget.AtMost(0)));
        run.Figures.Add(new Figure("events doubled or out of order", "events", listeners.Sum(l => l.Wrong), Budget.AtMost(0)));
    }

    private static (double Gateway, double Readers) Cpu(int gateway) => (ProcessFigures.Cpu(gateway), Environment.CpuUsage.TotalTime.TotalSeconds);
}
