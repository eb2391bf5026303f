using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using FalkorDb;
using Platform.Benchmarks.Harness;
using Platform.Contracts.KnowledgeGraph;
using Platform.KnowledgeGraph.Recommendations;
using Platform.KnowledgeGraph.Storage;
using Platform.TestSupport;

namespace Platform.Benchmarks.Recommend;

/// <summary>A hundred thousand interactions: how long a training takes, and an answer.</summary>
internal sealed class RecommendBench : Measurement
{
    private const int MostAtOnce = 1_000;
    private static readonly Guid Tenant = Guid.CreateVersion7();
    private readonly Random _random = new(7);

    public override string Name => "recommend";

    public override string Summary => "training on 100,000 interactions, and recommendations from it";

    public override int DefaultRounds => 200;

    public override string Help => """
        Interactions of 1,000 users with 1,700 items (as many as in MovieLens 100K), drawn so that users have tastes and few items
        are taken up by very many. Training: popular, item-kNN and EASE^R with all their settings, hold-out and all, on as many
        threads as the service gives it, at 6,250, 25,000 and 100,000 interactions. Answers: the KnowledgeGraph service in this
        process on a platform's graph server, with the 100,000 in its catalogue; ten items for a user, so often as there are
        rounds, each time for another one.

        Budgets at 100,000: a training at most 30 s, p95 of an answer at most 30 ms.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        int[] sizes = run.Options.Quick ? [2_000, 8_000] : [6_250, 25_000, 100_000];
        var trained = new List<(double Size, double Cost)>();
        foreach (var size in sizes)
        {
            run.Say($"training on {size:N0} interactions");
            trained.Add((size, Train(Interactions.Of(size), ct)));
        }

        run.Figures.Add(new Figure("training", "s", trained[^1].Cost, run.Options.Quick ? null : Budget.AtMost(30)));
        run.Figures.Add(new Figure("training: growth exponent", "", Statistics.GrowthExponent(trained)));
        var (answers, first) = await AnswerAsync(run, sizes[^1], ct);
        run.Figures.Add(new Figure("answer: p95", "ms", Statistics.Percentile(answers, 0.95), run.Options.Quick ? null : Budget.AtMost(30)));
        run.Figures.Add(new Figure("answer: median", "ms", Statistics.Median(answers)));
        run.Figures.Add(new Figure("from a start to the first model", "s", first));
        run.Notes.Add($"Figures are of {sizes[^1].ToString("N0", CultureInfo.InvariantCulture)} interactions. The service is called in its own process, without a gateway before it.");
    }

    private static double Train(List<TrackedInteraction> interactions, CancellationToken ct)
    {
        var memory = new TenantMemory();
        foreach (var interaction in interactions)
        {
            memory.Add(interaction);
        }

        var clock = Stopwatch.StartNew();
        ModelTraining.Train(memory.Matrix(_ => true).Matrix, new RecommendationOptions().TrainingThreads, ct);
        return clock.Elapsed.TotalSeconds;
    }

    private async Task<(List<double> Answers, double First)> AnswerAsync(Run run, int size, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync(storesOnly: true);
        var stores = await platform.ConnectionsAsync();
        using var server = new FalkorDbClient(FalkorDbOptions.Parse(stores["graph"]));
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:graph"] = stores["graph"],
            ["Graph:AdminPassword"] = stores["graph-admin-password"],
            ["ConnectionStrings:rabbitmq"] = stores["rabbitmq"],
            ["Platform:DataRoot"] = run.Folder,
        };
        try
        {
            run.Say($"telling {size:N0} interactions");
            await using (var teller = new ServiceHost<GraphNode>("knowledgegraph", new Dictionary<string, string?>(settings) { ["Recommendations:RetrainAfter"] = "01:00:00" }))
            {
                await TellAsync(teller, Interactions.Of(size), ct);
            }

            // A process that starts with all of it.
            run.Say("starting");
            var clock = Stopwatch.StartNew();
            await using var host = new ServiceHost<GraphNode>("knowledgegraph", settings);
            await ReadyAsync(host, ct);
            var first = clock.Elapsed.TotalSeconds;
            run.Say("asking");
            return (await AskAsync(host, run.Options.Quick ? 20 : run.Options.Rounds, ct), first);
        }
        finally
        {
            await server.Graph(GraphKey.Catalogue(Tenant).Name).DeleteAsync(CancellationToken.None);
        }
    }

    private static async Task TellAsync(ServiceHost<GraphNode> host, List<TrackedInteraction> interactions, CancellationToken ct)
    {
        using (var client = Client(host))
        {
            using var items = await client.PostAsJsonAsync("/api/v2/items", new { items = Interactions.ItemIds.Select(id => new { id, name = id, tags = new[] { Interactions.TasteOf(id) } }) }, ct);
            items.EnsureSuccessStatusCode();
        }

        foreach (var part in interactions.Chunk(MostAtOnce))
        {
            // A token lives for a minute.
            using var client = Client(host);
            var body = new { interactions = part.Select(i => new { user_id = i.UserId, item_id = i.ItemId, type = i.Type, timestamp = i.Timestamp }) };
            using var told = await client.PostAsJsonAsync("/api/v2/interactions", body, ct);
            told.EnsureSuccessStatusCode();
        }
    }

    private static async Task ReadyAsync(ServiceHost<GraphNode> host, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            using var client = Client(host);
            var models = await client.GetFromJsonAsync<JsonElement>("/api/v2/recommendations/models", ct);
            if (models.GetProperty("status").GetString() == "ready")
            {
                return;
            }
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    private async Task<List<double>> AskAsync(ServiceHost<GraphNode> host, int rounds, CancellationToken ct)
    {
        var times = new List<double>();
        for (var round = -20; round < rounds; round++)
        {
            using var client = Client(host);
            var clock = Stopwatch.StartNew();
            using var response = await client.PostAsJsonAsync("/api/v2/recommendations", new { user_id = Interactions.UserOf(_random.Next(Interactions.Users)), count = 10 }, ct);
            var answer = JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(ct));
            if (round >= 0)
            {
                times.Add(clock.Elapsed.TotalMilliseconds);
            }

            if (answer.GetProperty("recommendations").GetArrayLength() != 10)
            {
                throw new InvalidOperationException($"A user was recommended {answer}.");
            }
        }

        return times;
    }

    private static HttpClient Client(ServiceHost<GraphNode> host) => host.ClientFor(ServiceHost<GraphNode>.User(Tenant, "read:all write:knowledge_graph"));
}
