using System.Diagnostics;
using Platform.Benchmarks.Harness;
using Platform.TestSupport;

namespace Platform.Benchmarks.Import;

/// <summary>The main job: a large bundle, stored, searchable and connected.</summary>
internal sealed class ImportBench : Measurement
{
    private static readonly int[] Divisors = [16, 4, 1];

    public override string Name => "import";

    public override string Summary => "ATT&CK Enterprise through the gateway into PostgreSQL and the graph, then once more";

    public override int DefaultRounds => 3;

    public override string Help => """
        ATT&CK Enterprise 18.1 (24,771 objects, 20,048 of them relationships; PLATFORM_TEST_DATA or ../shared/data) is
        posted to /api/v2/threat-intel/import, each time into a new tenant: 1/16, 1/4 and all of it. Stored: until the
        import is completed and a search finds an object of it. Graph: until every relationship can be counted by Cypher.
        Then the same bundle once more, which must change nothing.

        Budgets, for all of it: stored within 5 s, in the graph within 10 s, the second time within 2 s.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        var bundles = await AttackBundle.ReadAsync(run.Options.Quick ? [16] : Divisors, ct)
            ?? throw new FileNotFoundException("ATT&CK is not there; set PLATFORM_TEST_DATA to the folder that holds attack/enterprise-attack-18.1.json.xz.");

        await using var platform = await run.PlatformAsync();
        using var admin = await platform.SignInAdminAsync();
        await admin.RaiseLimitsAsync(Api.DefaultTenant);
        await ImportAsync(admin, bundles[0]);

        var taken = bundles.ToDictionary(b => b, _ => new List<Times>());
        await run.InterleaveAsync("import", [.. bundles.Select<AttackBundle, Func<Task>>(b => async () => taken[b].Add(await ImportAsync(admin, b)))]);

        var all = bundles[^1];
        var isAll = !run.Options.Quick;
        Add(run, $"stored, {all.Objects:N0} objects", taken[all].ConvertAll(t => t.Stored), isAll ? 5 : null);
        Add(run, $"in the graph, {all.Relationships:N0} relationships", taken[all].ConvertAll(t => t.InGraph), isAll ? 10 : null);
        Add(run, "second import", taken[all].ConvertAll(t => t.Again), isAll ? 2 : null);
        if (isAll)
        {
            foreach (var bundle in bundles.SkipLast(1))
            {
                Add(run, $"stored, {bundle.Objects:N0} objects", taken[bundle].ConvertAll(t => t.Stored), null);
                Add(run, $"in the graph, {bundle.Relationships:N0} relationships", taken[bundle].ConvertAll(t => t.InGraph), null);
            }

            run.Figures.Add(new Figure("stored: growth exponent", "", Exponent(bundles, taken, t => t.Stored)));
            run.Figures.Add(new Figure("in the graph: growth exponent", "", Exponent(bundles, taken, t => t.InGraph)));
        }
    }

    private static async Task<Times> ImportAsync(Api admin, AttackBundle bundle)
    {
        var (tenant, client) = await admin.NewTenantAsync("bench-import", "bench");
        using var _ = client;
        await admin.RaiseLimitsAsync(tenant.ToString());
        var clock = Stopwatch.StartNew();
        var import = await client.ImportAsync(bundle.Bytes);
        var found = await client.GetAsync("/api/v2/threat-intel/threat-actors?limit=1");
        var stored = clock.Elapsed;
        Check(import.GetProperty("processed").GetInt32() == bundle.Objects && import.GetProperty("failed").GetInt32() == 0, $"The import ended with {import}");
        Check(found.GetProperty("items").GetArrayLength() == 1, "Nothing of the import can be found.");
        await WaitForGraphAsync(client, bundle);
        var inGraph = clock.Elapsed;

        clock.Restart();
        var second = await client.ImportAsync(bundle.Bytes);
        var again = clock.Elapsed;
        Check(second.GetProperty("unchanged").GetInt32() == bundle.Objects, $"The second import ended with {second}");
        return new Times(stored.TotalSeconds, inGraph.TotalSeconds, again.TotalSeconds);
    }

    /// <summary>Asks four times a second: counting every relationship is work of the very server that is timed.</summary>
    private static async Task WaitForGraphAsync(Api client, AttackBundle bundle)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (!await HasAllAsync(client, bundle))
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static async Task<bool> HasAllAsync(Api client, AttackBundle bundle)
    {
        var count = await client.PostAsync("/api/v2/knowledge-graph/query", new
        {
            cypher = "MATCH (a:Object)-[r]->(b:Object) WHERE r.id STARTS WITH $prefix RETURN count(r) AS n",
            parameters = new { prefix = "relationship--" },
        });
        return count.GetProperty("results") is { } rows && rows.GetArrayLength() == 1 && rows[0].GetProperty("n").GetInt32() >= bundle.Relationships;
    }

    private static void Add(Run run, string name, List<double> seconds, double? budget) =>
        run.Figures.Add(new Figure(name, "s", seconds, budget is { } limit ? Budget.AtMost(limit) : null));

    private static double Exponent(IReadOnlyList<AttackBundle> bundles, Dictionary<AttackBundle, List<Times>> taken, Func<Times, double> of) =>
        Statistics.GrowthExponent([.. bundles.Select(b => ((double)b.Objects, Statistics.Median(taken[b].Select(of))))]);

    private static void Check(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private sealed record Times(double Stored, double InGraph, double Again);
}
