using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Benchmarks.Harness;
using Platform.TestSupport;
using Platform.ThreatIntel;
using Platform.ThreatIntel.Taxii;

namespace Platform.Benchmarks.Lookup;

/// <summary>A million indicators: what a SIEM asks, searches by range and domain, pages in depth, and observed events.</summary>
internal sealed class LookupBench : Measurement
{
    private const string Permissions = "read:threat_intel write:threat_intel read:infrastructure write:infrastructure";
    private const int Asked = 1_000;
    private const int Events = 10_000;
    private const int Known = 100;

    private static readonly Guid Tenant = Guid.CreateVersion7();

    private readonly Random _random = new(20260101);

    public override string Name => "lookup";

    public override string Summary => "1,000 values a call, searches, pages and observed events against 1,000,000 indicators";

    public override int DefaultRounds => 40;

    public override string Help => """
        The ThreatIntel service in this process, with its own database role under row-level security, on a platform's
        PostgreSQL. The database fills itself with indicators for addresses, domains, hashes and URLs, to 62,500, 250,000
        and 1,000,000; at each size every call is made so often as there are rounds, each time with other values.
        Look-up: 1,000 values, half of them known. Searches: a /26, and everything below a domain. Pages: 100 indicators
        and 100 TAXII objects at the beginning and behind 90 % of all, of all versions and of one type. Events: 10,000 in
        a call, 100 of them named by an indicator, until their sightings are stored.

        Budgets at 1,000,000: p95 of look-up and searches at most 50 ms, of a TAXII page at most 100 ms; a deep page at
        most twice as long as the first; at least 10,000 events/s.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync(storesOnly: true);
        var stores = await platform.ConnectionsAsync();
        await using var database = await Stack.CreateDatabaseAsync(stores["postgres"], "threatintel");
        await using var host = new ServiceHost<ThreatIntelOptions>("threatintel", new Dictionary<string, string?>
        {
            ["ConnectionStrings:threatinteldb"] = database.Owner + ";Pooling=true",
            ["ConnectionStrings:rabbitmq"] = stores["rabbitmq"],
            ["Platform:DataRoot"] = run.Folder,
        });
        // Which makes the tables.
        host.CreateClient().Dispose();
        int[] sizes = run.Options.Quick ? [5_000, 20_000] : [62_500, 250_000, 1_000_000];
        var taken = new List<(int Size, Times Times)>();
        foreach (var size in sizes)
        {
            run.Say($"filling to {size:N0}");
            await IndicatorFill.AddAsync(database.Owner, Tenant, taken.Count == 0 ? 0 : taken[^1].Size, size, ct, isAlone: true);
            run.Say("measuring");
            taken.Add((size, await MeasureAsync(host, size, run.Options.Rounds, ct)));
        }

        Tell(run, taken);
    }

    private async Task<Times> MeasureAsync(ServiceHost<ThreatIntelOptions> host, int size, int rounds, CancellationToken ct)
    {
        var times = new Times();
        for (var round = -2; round < rounds; round++)
        {
            // A token lives for a minute.
            using var client = host.ClientFor(ServiceHost<ThreatIntelOptions>.User(Tenant, Permissions));
            var into = round < 0 ? new Times() : times;
            into.Lookup.Add(await TakeAsync(() => LookUpAsync(client, size, ct)));
            into.Network.Add(await TakeAsync(() => SearchAsync(client, $"{IndicatorFill.ValueOf(_random.Next(size / 4) * 4)}/26", ct)));
            into.Domain.Add(await TakeAsync(() => SearchAsync(client, $"*.d{(_random.Next(Math.Min(size, IndicatorFill.Parents) / 4) * 4) + 1}.fill.example", ct)));
            into.FirstPage.Add(await TakeAsync(() => GetAsync(client, "/api/v2/threat-intel/indicators?limit=100&sort=modified", "items", ct)));
            into.DeepPage.Add(await TakeAsync(() => GetAsync(client, $"/api/v2/threat-intel/indicators?limit=100&sort=modified&cursor={CursorAt(size * 9 / 10)}", "items", ct)));
            into.FirstTaxii.Add(await TakeAsync(() => GetAsync(client, $"/taxii2/{Tenant}/collections/all/objects/?limit=100", "objects", ct)));
            into.DeepTaxii.Add(await TakeAsync(() => GetAsync(client, $"/taxii2/{Tenant}/collections/all/objects/?limit=100&next={NextAt(size * 9 / 10)}", "objects", ct)));
            into.DeepVersions.Add(await TakeAsync(() => GetAsync(client, $"/taxii2/{Tenant}/collections/all/objects/?limit=100&match[version]=all&next={NextAt(size * 9 / 10)}", "objects", ct)));
            into.Typed.Add(await TakeAsync(() => GetAsync(client, $"/taxii2/{Tenant}/collections/all/objects/?limit=100&match[type]=indicator", "objects", ct)));
            if (round % 8 == 0)
            {
                into.Events.Add(await TakeAsync(() => ObserveAsync(client, size, ct)));
            }
        }

        return times;
    }

    private static void Tell(Run run, List<(int Size, Times Times)> taken)
    {
        var (size, last) = taken[^1];
        var isFull = !run.Options.Quick;
        P95("look-up of 1,000 values: p95", t => t.Lookup, 50);
        P95("search by CIDR: p95", t => t.Network, 50);
        P95("search by domain suffix: p95", t => t.Domain, 50);
        P95("TAXII page of 100, first: p95", t => t.FirstTaxii, 100);
        P95("TAXII page of 100, behind 90 %: p95", t => t.DeepTaxii, 100);
        P95("TAXII page of 100, all versions, behind 90 %: p95", t => t.DeepVersions, 100);
        P95("TAXII page of 100, one type: p95", t => t.Typed, 100);
        P95("list page of 100, first: p95", t => t.FirstPage, null);
        P95("list page of 100, behind 90 %: p95", t => t.DeepPage, null);
        run.Figures.Add(new Figure("list: deep against first page", "×", Statistics.Median(last.DeepPage) / Statistics.Median(last.FirstPage), isFull ? Budget.AtMost(2) : null));
        run.Figures.Add(new Figure("TAXII: deep against first page", "×", Statistics.Median(last.DeepTaxii) / Statistics.Median(last.FirstTaxii), isFull ? Budget.AtMost(2) : null));
        run.Figures.Add(new Figure("observed events matched", "1/s", last.Events.ConvertAll(ms => Events / ms * 1_000), isFull ? Budget.AtLeast(10_000) : null));
        run.Notes.Add($"Figures are of {size:N0} indicators; the exponents of {string.Join(", ", taken.Select(t => t.Size.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)))}.");
        run.Notes.Add("The service is called in its own process, without a gateway before it.");

        void P95(string what, Func<Times, List<double>> pick, double? budget)
        {
            run.Figures.Add(new Figure(what, "ms", Statistics.Percentile(pick(last), 0.95), isFull && budget is { } limit ? Budget.AtMost(limit) : null));
            run.Figures.Add(new Figure(what.Replace(": p95", ": growth exponent", StringComparison.Ordinal), "",
                Statistics.GrowthExponent([.. taken.Select(t => ((double)t.Size, Statistics.Median(pick(t.Times))))])));
        }
    }

    private async Task LookUpAsync(HttpClient client, int size, CancellationToken ct)
    {
        var values = Enumerable.Range(0, Asked).Select(i => i % 2 == 0 ? IndicatorFill.ValueOf(_random.Next(size)) : $"u{_random.Next()}.unknown.example").ToArray();
        using var response = await client.PostAsJsonAsync("/api/v2/threat-intel/indicators/lookup", new { values }, ct);
        var results = JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(ct)).GetProperty("results");
        Check(results.EnumerateArray().Count(result => result.GetProperty("matches").GetArrayLength() == 1) == Asked / 2, "A look-up found something else than it should.");
    }

    private static async Task SearchAsync(HttpClient client, string text, CancellationToken ct)
    {
        using var response = await client.PostAsJsonAsync("/api/v2/threat-intel/indicators/search", new { search_query = text }, ct);
        var results = JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(ct)).GetProperty("results");
        Check(results.GetArrayLength() > 0, $"Nothing was found by {text}.");
    }

    private static async Task GetAsync(HttpClient client, string path, string list, CancellationToken ct)
    {
        using var response = await client.GetAsync(path, ct);
        var body = JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(ct));
        Check(body.GetProperty(list).GetArrayLength() == 100, $"{path} is no full page.");
    }

    private async Task ObserveAsync(HttpClient client, int size, CancellationToken ct)
    {
        var events = Enumerable.Range(0, Events).Select(i => new
        {
            value = i % (Events / Known) == 0 ? IndicatorFill.ValueOf(_random.Next(size)) : $"s{_random.Next()}.seen.example",
        });
        using var response = await client.PostAsJsonAsync("/api/v2/infrastructure/events", events, ct);
        var matched = JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(ct)).GetProperty("matched").GetInt32();
        Check(matched == Known, $"{matched} events matched.");
    }

    /// <summary>The cursor behind an indicator, as a client has it who has paged so far: time and id of the last row.</summary>
    private static string CursorAt(int number) => Base64Url.EncodeToString(
        JsonSerializer.SerializeToUtf8Bytes<object[]>([IndicatorFill.TimeOf(number), IndicatorFill.IdOf(number)]));

    private static string NextAt(int number) => new TaxiiPosition(IndicatorFill.TimeOf(number), 0).Encode();

    private static async Task<double> TakeAsync(Func<Task> work)
    {
        var clock = Stopwatch.StartNew();
        await work();
        return clock.Elapsed.TotalMilliseconds;
    }

    private static void Check(bool holds, string message)
    {
        if (!holds)
        {
            throw new InvalidOperationException(message);
        }
    }

    /// <summary>Milliseconds of each call.</summary>
    private sealed class Times
    {
        public List<double> Lookup { get; } = [];

        public List<double> Network { get; } = [];

        public List<double> Domain { get; } = [];

        public List<double> FirstPage { get; } = [];

        public List<double> DeepPage { get; } = [];

        public List<double> FirstTaxii { get; } = [];

        public List<double> DeepTaxii { get; } = [];

        public List<double> DeepVersions { get; } = [];

        public List<double> Typed { get; } = [];

        public List<double> Events { get; } = [];
    }
}
