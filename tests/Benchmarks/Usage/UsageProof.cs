using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Benchmarks.Harness;
using Platform.Contracts.Gateway;
using Platform.ServiceDefaults;
using Platform.Tenancy;
using Platform.Tenancy.Usage;
using Platform.TestSupport;

namespace Platform.Benchmarks.Usage;

/// <summary>Usage at size: reports over many rows, and how fast rows come in.</summary>
internal sealed class UsageProof : Measurement
{
    private const int Tenants = 20;
    private const int Days = 90;
    private const long Rows = 50_000_000;
    private const string Sixteenth = "1/16";
    private const string Tenth = "1/10";
    private const string Quarter = "1/4";

    private static readonly string[] Reports =
    [
        "", "?granularity=hour", "?granularity=hour&group_by=status", "?granularity=day&group_by=endpoint", "?granularity=day&group_by=api_key", "?granularity=month&group_by=endpoint",
    ];

    private readonly Guid[] _tenants = [.. Enumerable.Range(0, Tenants).Select(_ => Guid.CreateVersion7())];

    public override string Name => "usage";

    public override string Summary => "reports over 50,000,000 rows of usage, copy-in, and the plans under row-level security";

    public override int DefaultRounds => 5;

    public override IReadOnlyList<string> Targets => [Sixteenth, Tenth, Quarter];

    public override string Help => """
        50,000,000 rows (with --only 1/16, 1/10 or 1/4 that part of them, with --quick 1,000,000) of 20 tenants, one of which has 40 %, over 90 days are generated in a
        database of Tenancy's and added up on the way. Then each kind of report is asked for as Tenancy asks for
        it, as the service's own role under row-level security, 20 times a round, for the largest tenant; and rows are taken
        in as they come from the gateways: messages of 500 rows of all tenants, 20 at a time, rollups included.

        Budgets: p95 of the reports at most 100 ms; at least 50,000 rows/s. No plan may read a table from end to end.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync(storesOnly: true);
        var stores = await platform.ConnectionsAsync();
        await using var database = await Stack.CreateDatabaseAsync(stores["postgres"], "usage");
        await using var service = await StartAsync(database, stores["rabbitmq"]);
        await using var owner = NpgsqlDataSource.Create(database.Owner + ";Command Timeout=0");

        var rows = run.Options switch { { Quick: true } => 1_000_000L, { Only: Sixteenth } => Rows / 16, { Only: Tenth } => Rows / 10, { Only: Quarter } => Rows / 4, _ => Rows };
        var clock = Stopwatch.StartNew();
        var generated = await FillAsync(run, owner, rows, ct);
        await ExecuteAsync(owner, "ANALYZE usage_logs", ct);
        await ExecuteAsync(owner, "VACUUM ANALYZE usage_rollups", ct);
        run.Figures.Add(new Figure("generated", "rows", generated));
        run.Figures.Add(new Figure("generated in", "s", clock.Elapsed.TotalSeconds));

        await CheckPlansAsync(service, ct);
        await MeasureReportsAsync(run, service, ct);
        await MeasureCopyInAsync(run, service, ct);
    }

    private static async Task<WebApplication> StartAsync(TestDatabase database, string broker)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:tenancydb"] = database.Owner,
            ["ConnectionStrings:rabbitmq"] = broker,
            ["InternalAuth:Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Tenancy:KeyPepper"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Messaging:Prefix"] = "prove-usage",
            ["Logging:LogLevel:Default"] = "Warning",
        });
        builder.AddServiceDefaults("tenancy");
        builder.AddTenancy();
        var app = builder.Build();
        await app.StartAsync();
        return app;
    }

    private async Task<long> FillAsync(Run run, NpgsqlDataSource owner, long rows, CancellationToken ct)
    {
        for (var month = -4; month <= 0; month++)
        {
            await ExecuteAsync(owner, FormattableString.Invariant($"SELECT ensure_usage_partition((now() + interval '{month} months')::date)"), ct);
        }

        return await new UsageFill(owner, _tenants, Days).RunAsync(rows, run.Say, ct);
    }

    private async Task MeasureReportsAsync(Run run, WebApplication service, CancellationToken ct)
    {
        var took = new List<double>();
        foreach (var report in Reports)
        {
            await AskAsync(service, report, ct);
        }

        await run.InterleaveAsync("reports", [.. Reports.Select<string, Func<Task>>(report => async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                var clock = Stopwatch.StartNew();
                await AskAsync(service, report, ct);
                took.Add(clock.Elapsed.TotalMilliseconds);
            }
        })]);
        run.Figures.Add(new Figure("report: p50", "ms", Statistics.Median(took)));
        run.Figures.Add(new Figure("report: p95", "ms", Statistics.Percentile(took, 0.95), Budget.AtMost(100)));
    }

    private async Task AskAsync(WebApplication service, string report, CancellationToken ct)
    {
        await using var scope = service.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(Caller.ForService(_tenants[0], "proof"));
        var range = UsageRange.Read(new QueryCollection(QueryHelpers.ParseQuery(report)), TimeProvider.System.GetUtcNow());
        var answer = await scope.ServiceProvider.GetRequiredService<QueryUsage>().RunAsync(range, ct);
        if (answer.Totals.Requests == 0 || answer.Totals.LatencyMs is null)
        {
            throw new InvalidOperationException($"The report '{report}' is empty.");
        }
    }

    private async Task MeasureCopyInAsync(Run run, WebApplication service, CancellationToken ct)
    {
        var store = service.Services.GetRequiredService<StoreUsage>();
        var deliveries = run.Options.Quick ? 10 : 50;
        var rates = new List<double>();
        var offset = 0L;
        await run.InterleaveAsync("copy-in", [async () =>
        {
            var batches = Enumerable.Range(0, deliveries).Select(_ => Enumerable.Range(0, 20).Select(_ => Batch(offset += 500)).ToList()).ToList();
            var clock = Stopwatch.StartNew();
            foreach (var delivery in batches)
            {
                await store.RunAsync(delivery, ct);
            }

            rates.Add(deliveries * 20 * 500 / clock.Elapsed.TotalSeconds);
        }]);
        run.Figures.Add(new Figure("copy-in", "rows/s", rates, Budget.AtLeast(50_000)));
    }

    private UsageRecorded Batch(long offset)
    {
        var now = TimeProvider.System.GetUtcNow();
        var entries = new UsageEntry[500];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new UsageEntry(_tenants[i % Tenants], null, "somebody", $"/api/v2/things/{i % 60}", "GET", i % 20 == 0 ? 404 : 200, 1 + (i % 97), 500, 2000, now);
        }

        return new UsageRecorded("proof", 1, offset, entries);
    }

    private async Task CheckPlansAsync(WebApplication service, CancellationToken ct)
    {
        await using var session = await TenantSession.OpenAsync(service.Services.GetRequiredService<NpgsqlDataSource>(), _tenants[0], ct);
        foreach (var query in new[]
        {
            "SELECT * FROM usage_rollups WHERE span = 'day' AND dimension = 'endpoint' AND bucket >= now() - interval '30 days' AND bucket < now()",
            "SELECT count(*) FROM usage_logs WHERE timestamp > now() - interval '1 hour'",
        })
        {
#pragma warning disable CA2100 // Texts of this method.
            await using var explain = session.Command("EXPLAIN " + query);
#pragma warning restore CA2100
            await using var reader = await explain.ExecuteReaderAsync(ct);
            var plan = "";
            while (await reader.ReadAsync(ct))
            {
                plan += reader.GetString(0) + "\n";
            }

            if (plan.Contains("Seq Scan on usage_rollups", StringComparison.Ordinal) || !plan.Contains("Index", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"As {service.Services.GetRequiredService<NpgsqlDataSource>().ConnectionString.Split(';')[0]}: {query}\n{plan}");
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource owner, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // Texts of this class and of the service.
        await using var command = owner.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }
}
