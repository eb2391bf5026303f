using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Platform.Benchmarks.Harness;
using Platform.TestSupport;

namespace Platform.Benchmarks.Proofs;

/// <summary>A broker that is killed again and again loses nothing of what services and clients were promised.</summary>
internal sealed class KillBrokerProof : Measurement
{
    private const int Samples = 3_000;

    public override string Name => "kill-broker";

    public override string Summary => "kill -9 of RabbitMQ under load, again and again: no event, no usage row lost or double";

    public override bool CanShare => false;

    public override string Help => """
        Two tenants import bundle after bundle (6,001 objects each) while a client writes single indicators and a third
        tenant only reads, every request counted. RabbitMQ is killed rounds times, at random moments. Recovery is from the
        kill until RabbitMQ runs again and a write begun after the kill is acknowledged and seen in the graph. In the end
        every acknowledged object is compared with export and graph, and the answers that the reading tenant counted with
        its usage rows in Tenancy.

        Limits: lost 0, doubled 0, of objects and of usage rows; recovery of writes at most 15 s.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync();
        using var admin = await platform.SignInAdminAsync();
        await admin.RaiseLimitsAsync(Api.DefaultTenant);
        await using var first = await ImportingTenant.StartAsync(admin, ct);
        await using var second = await ImportingTenant.StartAsync(admin, ct);
        var (readerId, readerClient) = await admin.NewTenantAsync("kill-broker", "proof");
        using var _ = readerClient;
        await admin.RaiseLimitsAsync(readerId.ToString());
        await using var reader = new CountingReader(readerClient);

        List<double> recoveries = [], visible = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            await Task.Delay(TimeSpan.FromSeconds(2 + (6 * Random.Shared.NextDouble())), ct);
            var killed = Stopwatch.GetTimestamp();
            var back = platform.KillAsync("rabbitmq");
            var id = await first.Writer.NextAsync(ct).WaitAsync(TimeSpan.FromMinutes(2), ct);
            recoveries.Add(Stopwatch.GetElapsedTime(killed).TotalSeconds);
            var ran = await back;
            await Eventually.TrueAsync(
                async () =>
                {
                    using var node = await first.Client.SendAsync(HttpMethod.Get, $"/api/v2/knowledge-graph/nodes/{id}");
                    return node.IsSuccessStatusCode;
                },
                TimeSpan.FromMinutes(3), ct, "The write in the graph");
            visible.Add(Stopwatch.GetElapsedTime(killed).TotalSeconds);
            run.Say($"RabbitMQ killed: a write is acknowledged after {recoveries[^1]:0.0} s, RabbitMQ runs after {ran.TotalSeconds:0.0} s, the write is in the graph after {visible[^1]:0.0} s");
        }

        var answered = await reader.StopAsync();
        List<double> lost = [], doubled = [];
        foreach (var tenant in (ImportingTenant[])[first, second])
        {
            await tenant.StopAsync();
            var tally = await Tally.CountAsync(tenant.Client, tenant.Expected, [.. tenant.Writer.Acknowledged.Select(w => w.Name)], ct);
            run.Say($"{tenant.Expected.Count:N0} objects acknowledged; lost {tally.Lost}, doubled {tally.Doubled}; graph: missing {tally.GraphMissing}, doubled {tally.GraphDoubled}");
            lost.Add(tally.Lost + tally.GraphMissing);
            doubled.Add(tally.Doubled + tally.GraphDoubled);
        }

        var rows = await UsageRowsAsync(platform, readerId, answered, ct);
        run.Say($"{answered:N0} requests answered, {rows:N0} usage rows");
        run.Figures.Add(new Figure("objects lost", "objects", lost.Sum(), Budget.AtMost(0)));
        run.Figures.Add(new Figure("objects doubled", "objects", doubled.Sum(), Budget.AtMost(0)));
        run.Figures.Add(new Figure("usage rows lost", "rows", Math.Max(0, answered - rows), Budget.AtMost(0)));
        run.Figures.Add(new Figure("usage rows doubled", "rows", Math.Max(0, rows - answered), Budget.AtMost(0)));
        run.Figures.Add(new Figure("until a write is acknowledged, longest", "s", recoveries.Max(), Budget.AtMost(15)));
        run.Figures.Add(new Figure("until it is in the graph", "s", visible));
    }

    /// <summary>Rows of a tenant, once there are as many as there should be, or no more come.</summary>
    private static async Task<long> UsageRowsAsync(PlatformInstance platform, Guid tenant, long answered, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create((await platform.ConnectionsAsync())["tenancydb"]);
        long rows = 0;
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    await using var count = source.CreateCommand("SELECT count(*) FROM usage_logs WHERE tenant_id = $1");
                    count.Parameters.Add(new() { Value = tenant });
                    return (rows = (long)(await count.ExecuteScalarAsync(ct))!) >= answered;
                },
                TimeSpan.FromMinutes(1), ct, "The usage rows");
        }
        catch (TimeoutException)
        {
            // What is missing by now is missing.
        }

        return rows;
    }

    /// <summary>A tenant that imports one bundle after another, with a writer beside it.</summary>
    private sealed class ImportingTenant : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly List<string> _imported = [];
        private readonly Task _work;

        private ImportingTenant(Api client)
        {
            Client = client;
            Writer = new SteadyWriter(client);
            _work = ImportAsync();
        }

        public Api Client { get; }

        public SteadyWriter Writer { get; }

        public IReadOnlyCollection<string> Expected => [.. _imported, .. Writer.Acknowledged.Select(w => w.Id)];

        public static async Task<ImportingTenant> StartAsync(Api admin, CancellationToken ct)
        {
            ct.ThrowIfCancellationRequested();
            var (id, client) = await admin.NewTenantAsync("kill-broker", "proof");
            await admin.RaiseLimitsAsync(id.ToString());
            return new ImportingTenant(client);
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _work;
            await Writer.StopAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            await Writer.DisposeAsync();
            _stop.Dispose();
            Client.Dispose();
        }

        private async Task ImportAsync()
        {
            while (!_stop.IsCancellationRequested)
            {
                var bundle = SmallBundle.Large(Samples, out _);
                var import = await Client.ImportAsync(bundle);
                if (import.GetProperty("status").GetString() != "completed")
                {
                    throw new InvalidOperationException($"The import ended with {import}");
                }

                using var sent = JsonDocument.Parse(bundle);
                _imported.AddRange(sent.RootElement.GetProperty("objects").EnumerateArray().Select(o => o.GetProperty("id").GetString()!));
            }
        }
    }

    /// <summary>A client that reads and counts the answers.</summary>
    private sealed class CountingReader : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Api _client;
        private readonly Task<long> _work;

        public CountingReader(Api client)
        {
            _client = client;
            _work = ReadAsync();
        }

        public async Task<long> StopAsync()
        {
            await _stop.CancelAsync();
            return await _work;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
        }

        private async Task<long> ReadAsync()
        {
            long answered = 0;
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (!_stop.IsCancellationRequested && await timer.WaitForNextTickAsync())
            {
                using var response = await _client.SendAsync(HttpMethod.Get, "/api/v2/threat-intel/indicators?limit=1");
                await response.Content.ReadAsByteArrayAsync();
                answered++;
            }

            return answered;
        }
    }
}
