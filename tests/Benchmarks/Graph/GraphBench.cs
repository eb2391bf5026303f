using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Benchmarks.Harness;
using Platform.KnowledgeGraph.Storage;
using Platform.TestSupport;

namespace Platform.Benchmarks.Graph;

/// <summary>A million nodes: what is around one, the way between two, and searches.</summary>
internal sealed class GraphBench : Measurement
{
    private static readonly Guid Tenant = Guid.CreateVersion7();
    private readonly Random _random = new(7);

    public override string Name => "graph";

    public override string Summary => "neighbours, shortest paths and searches in 1,000,000 nodes and 5,000,000 relationships";

    public override int DefaultRounds => 100;

    public override string Help => """
        The KnowledgeGraph service in this process, on a platform's graph server. The graph is filled to 62,500, 250,000 and
        1,000,000 nodes with five relationships each, the ends drawn so that few nodes have very many; at each size every
        call is made so often as there are rounds, each time about other nodes. Neighbours: of a random node, depth 2, at
        most 500 nodes. Paths: between two random nodes, at most 6 relationships. Searches: two words of a name; a name
        spelled wrong.

        Budgets at 1,000,000: p95 of neighbours at most 50 ms, of a path 200 ms, of a search by text 50 ms.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync(storesOnly: true);
        var stores = await platform.ConnectionsAsync();
        await using var fill = new GraphFill(stores["graph"], Tenant);
        await using var host = new ServiceHost<GraphNode>("knowledgegraph", new Dictionary<string, string?>
        {
            ["ConnectionStrings:graph"] = stores["graph"],
            ["Graph:AdminPassword"] = stores["graph-admin-password"],
            ["ConnectionStrings:rabbitmq"] = stores["rabbitmq"],
            ["Platform:DataRoot"] = run.Folder,
        });
        int[] sizes = run.Options.Quick ? [2_000, 10_000] : [62_500, 250_000, 1_000_000];
        var taken = new List<(int Size, double Fill, Times Times)>();
        foreach (var size in sizes)
        {
            run.Say($"filling to {size:N0} nodes");
            var before = taken.Count == 0 ? 0 : taken[^1].Size;
            var seconds = await TakeAsync(() => fill.AddAsync(before, size, ct)) / 1000;
            run.Say("measuring");
            var times = await MeasureAsync(host, size, run.Options.Quick ? 10 : run.Options.Rounds, ct);
            taken.Add((size, (size - before) / seconds, times));
            run.Say(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"p95: neighbours {P95Of(times.Neighbors):0.0} ms, paths {P95Of(times.Paths):0.0}, text {P95Of(times.Text):0.0} and {P95Of(times.Common):0.0}, likeness {P95Of(times.Similar):0.0}"));
        }

        Tell(run, taken);
    }

    private static double P95Of(List<double> times) => Statistics.Percentile(times, 0.95);

    private async Task<Times> MeasureAsync(ServiceHost<GraphNode> host, int size, int rounds, CancellationToken ct)
    {
        var times = new Times();
        for (var round = -3; round < rounds; round++)
        {
            // A token lives for a minute.
            using var client = host.ClientFor(ServiceHost<GraphNode>.User(Tenant, "read:all"));
            var into = round < 0 ? new Times() : times;
            var (one, other) = (_random.Next(size), _random.Next(size));
            into.Neighbors.Add(await TakeAsync(() => AskAsync(client, "neighbors", new { id = GraphFill.IdOf(one), depth = 2, limit = 500 }, ct)));
            into.Paths.Add(await TakeAsync(() => AskAsync(client, "path", new { source_id = GraphFill.IdOf(one), target_id = GraphFill.IdOf(other), max_depth = 6 }, ct)));
            into.Text.Add(await TakeAsync(() => AskAsync(client, "search", new { query = $"{GraphFill.NameOf(one)} n{one:x}", search_type = "text" }, ct)));
            into.Common.Add(await TakeAsync(() => AskAsync(client, "search", new { query = GraphFill.NameOf(one), search_type = "text" }, ct)));
            into.Similar.Add(await TakeAsync(() => AskAsync(client, "search", new { query = GraphFill.NameOf(one).Replace('a', 'e'), search_type = "similar" }, ct)));
        }

        return times;
    }

    private static void Tell(Run run, List<(int Size, double Fill, Times Times)> taken)
    {
        var last = taken[^1];
        P95("neighbours, depth 2, at most 500: p95", t => t.Neighbors, 50);
        P95("shortest path of at most 6: p95", t => t.Paths, 200);
        P95("search by text, one answer: p95", t => t.Text, 50);
        P95("search by text, many answers: p95", t => t.Common, 50);
        P95("search by likeness: p95", t => t.Similar, null);
        run.Figures.Add(new Figure("filled", "nodes/s with 5 relationships each", last.Fill));
        run.Notes.Add($"Figures are of {last.Size:N0} nodes; the exponents of {string.Join(", ", taken.Select(t => t.Size.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)))}.");
        run.Notes.Add("The service is called in its own process, without a gateway before it.");

        void P95(string what, Func<Times, List<double>> pick, double? budget)
        {
            run.Figures.Add(new Figure(what, "ms", P95Of(pick(last.Times)), !run.Options.Quick && budget is { } limit ? Budget.AtMost(limit) : null));
            run.Figures.Add(new Figure(what.Replace(": p95", ": growth exponent", StringComparison.Ordinal), "",
                Statistics.GrowthExponent([.. taken.Select(t => ((double)t.Size, Statistics.Median(pick(t.Times))))])));
        }
    }

    /// <summary>That there is no path between two nodes is an answer too.</summary>
    private static async Task AskAsync(HttpClient client, string what, object question, CancellationToken ct)
    {
        using var response = await client.PostAsJsonAsync($"/api/v2/knowledge-graph/{what}", question, ct);
        if (what == "path" && response.StatusCode == HttpStatusCode.NotFound)
        {
            return;
        }

        var answer = JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(ct));
        if (answer.GetProperty(what == "search" ? "items" : "nodes").GetArrayLength() == 0)
        {
            throw new InvalidOperationException($"{what} answered nothing to {JsonSerializer.Serialize(question)}.");
        }
    }

    private static async Task<double> TakeAsync(Func<Task> work)
    {
        var clock = Stopwatch.StartNew();
        await work();
        return clock.Elapsed.TotalMilliseconds;
    }

    /// <summary>Milliseconds of each call.</summary>
    private sealed class Times
    {
        public List<double> Neighbors { get; } = [];

        public List<double> Paths { get; } = [];

        public List<double> Text { get; } = [];

        public List<double> Common { get; } = [];

        public List<double> Similar { get; } = [];
    }
}
