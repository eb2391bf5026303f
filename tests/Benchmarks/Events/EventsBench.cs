using System.Diagnostics;
using System.Text.Json;
using Platform.Benchmarks.Harness;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.Benchmarks.Events;

/// <summary>How fast a change in one service is a commit in another.</summary>
internal sealed class EventsBench : Measurement
{
    private const int ObjectsInMessage = 500;
    private static readonly Guid Tenant = Guid.CreateVersion7();
    private static readonly Dictionary<string, JsonElement> Properties = new()
    {
        ["description"] = JsonSerializer.SerializeToElement(new string('d', 400)),
        ["created"] = JsonSerializer.SerializeToElement("2026-01-01T00:00:00.000Z"),
        ["external_id"] = JsonSerializer.SerializeToElement("T1059"),
        ["x_mitre_domains"] = JsonSerializer.SerializeToElement(new[] { "enterprise-attack" }),
    };

    private readonly Dictionary<string, int> _processes = [];
    private long _revision;

    public override string Name => "events";

    public override string Summary => "outbox to consumer commit: objects/s, messages/s and latency when idle";

    public override int DefaultRounds => 3;

    public override string Help => """
        Two services of the platform's making (ServiceDefaults, a database each) on a platform's PostgreSQL and RabbitMQ:
        one commits events to its outbox, the relay sends them, the other one commits them with its inbox. An event is
        one changed object, of 600 bytes. Objects/s: 50,000 in messages of 500. Messages/s: 4,000 of one object. Both at
        1/16, 1/4 and all of the size, from the first commit to the last. Latency: one message each 50 ms, from its commit
        to the consumer's.

        Budgets: at least 5,000 objects/s and 400 messages/s; p95 of the idle latency at most 200 ms.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync(storesOnly: true);
        var stores = await platform.ConnectionsAsync();
        _processes["hosts"] = Environment.ProcessId;
        _processes["PostgreSQL"] = await platform.PidOfAsync("postgres");
        _processes["RabbitMQ"] = await platform.PidOfAsync("rabbitmq");
        await using var publisherDb = await Stack.CreateDatabaseAsync(stores["postgres"], "publisher");
        await using var listenerDb = await Stack.CreateDatabaseAsync(stores["postgres"], "listener");
        await using var listener = await EventsService.StartAsync("listener", listenerDb, stores["rabbitmq"], "bench", listens: true);
        await using var publisher = await EventsService.StartAsync("publisher", publisherDb, stores["rabbitmq"], "bench", listens: false);

        var (objects, messages, latencies) = run.Options.Quick ? (8_000, 320, 20) : (50_000, 4_000, 200);
        run.Say("warming up");
        await TransferAsync(publisher, listener, objects / 2, ObjectsInMessage, ct);
        await TransferAsync(publisher, listener, messages / 2, 1, ct);

        await MeasureAsync(run, publisher, listener, "objects/s, 500 a message", objects, ObjectsInMessage, 5_000, ct);
        await MeasureAsync(run, publisher, listener, "messages/s, 1 object a message", messages, 1, 400, ct);
        await MeasureLatencyAsync(run, publisher, listener, latencies, ct);
        run.Notes.Add("Publisher and consumer are two hosts in one process; PostgreSQL flushes to the disk, queues are quorum queues.");
    }

    private async Task MeasureAsync(
        Run run, EventsService publisher, EventsService listener, string what, int size, int inMessage, double budget, CancellationToken ct)
    {
        var sizes = new[] { size / 16, size / 4, size };
        var took = sizes.ToDictionary(s => s, _ => new List<double>());
        var used = _processes.ToDictionary(p => p.Key, _ => new List<double>());
        await run.InterleaveAsync(what, Array.ConvertAll<int, Func<Task>>(sizes, s => async () =>
        {
            var before = _processes.ToDictionary(p => p.Key, p => ProcessFigures.Cpu(p.Value));
            took[s].Add((await TransferAsync(publisher, listener, s, inMessage, ct)).TotalSeconds);
            foreach (var (name, pid) in _processes.Where(_ => s == size))
            {
                used[name].Add((ProcessFigures.Cpu(pid) - before[name]) * 1e6 * inMessage / s);
            }
        }));
        run.Figures.Add(new Figure(what, "1/s", took[size].ConvertAll(t => size / t), Budget.AtLeast(budget)));
        foreach (var (name, microseconds) in used)
        {
            run.Figures.Add(new Figure($"{what}: processor time a message, {name}", "µs", microseconds));
        }

        run.Figures.Add(new Figure($"{what}: growth exponent", "", Statistics.GrowthExponent([.. sizes.Select(s => ((double)s, Statistics.Median(took[s])))])));
    }

    private async Task MeasureLatencyAsync(Run run, EventsService publisher, EventsService listener, int count, CancellationToken ct)
    {
        run.Say($"latency of {count} messages, one each 50 ms");
        var latencies = new List<double>(count);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var i = 0; i < count; i++)
        {
            await timer.WaitForNextTickAsync(ct);
            var heard = listener.Counter.MoreAsync(1);
            await CommitAsync(publisher, 1, 1, ct);
            var committed = DateTimeOffset.UtcNow;
            latencies.Add((await heard.WaitAsync(TimeSpan.FromSeconds(30), ct) - committed).TotalMilliseconds);
        }

        run.Figures.Add(new Figure("idle latency: p50", "ms", Statistics.Median(latencies)));
        run.Figures.Add(new Figure("idle latency: p95", "ms", Statistics.Percentile(latencies, 0.95), Budget.AtMost(200)));
    }

    private async Task<TimeSpan> TransferAsync(EventsService publisher, EventsService listener, int objects, int inMessage, CancellationToken ct)
    {
        var all = listener.Counter.MoreAsync(objects);
        var clock = Stopwatch.StartNew();

        // A transaction of ten messages, as an import writes them; of one, as a request does.
        var inTransaction = inMessage == 1 ? 1 : inMessage * 10;
        var writers = inMessage == 1 ? 4 : 1;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, (objects + inTransaction - 1) / inTransaction),
            new ParallelOptions { MaxDegreeOfParallelism = writers, CancellationToken = ct },
            async (i, token) => await CommitAsync(publisher, Math.Min(inTransaction, objects - (i * inTransaction)), inMessage, token));
        await all.WaitAsync(TimeSpan.FromMinutes(5), ct);
        return clock.Elapsed;
    }

    private async Task CommitAsync(EventsService publisher, int objects, int inMessage, CancellationToken ct)
    {
        var events = new List<ThreatObjectsUpserted>();
        for (var made = 0; made < objects; made += inMessage)
        {
            events.Add(new ThreatObjectsUpserted([.. Enumerable.Range(0, Math.Min(inMessage, objects - made)).Select(_ => NewObject())]));
        }

        await using var session = await TenantSession.OpenAsync(publisher.Source, Tenant, ct);
        await OutboxWriter.WriteAsync(session, events, "bench", null, DateTimeOffset.UtcNow, ct);
        await session.CommitAsync(ct);
    }

    private ThreatObject NewObject()
    {
        var revision = Interlocked.Increment(ref _revision);
        return new ThreatObject(
            $"malware--{Guid.NewGuid()}", "malware", $"Sample {revision}", new ObjectVersion(DateTimeOffset.UtcNow, revision), TlpLevel.Clear, false, false, Properties);
    }
}
