using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Npgsql;
using Platform.Benchmarks.Harness;
using Platform.TestSupport;

namespace Platform.Benchmarks.Proofs;

/// <summary>A bundle of any size is imported in the same memory.</summary>
internal sealed class ImportMemoryProof : Measurement
{
    private const int ObjectBytes = 10_000;
    private static readonly string[] Services = ["threatintel", "gateway"];

    public override string Name => "import-memory";

    public override string Summary => "a bundle of 500 MB in constant memory";

    public override int DefaultRounds => 1;

    public override string Help => """
        Bundles of 20 MB, 100 MB and 500 MB, of objects of 10 KB, are made while they are sent to a platform's gateway, each
        into a new tenant. The figure is the most memory that a service's process had resident (VmHWM, begun anew for each
        bundle) until the import is over and every event of it has left the outbox.

        Limit: 400 MB in ThreatIntel for the bundle of 500 MB, each object stored.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync();
        var database = (await platform.ConnectionsAsync())["threatinteldb"];
        var pids = new Dictionary<string, int>();
        foreach (var service in Services)
        {
            pids[service] = await platform.PidOfAsync(service);
        }

        using var admin = await platform.SignInAdminAsync();
        foreach (var megabytes in run.Options.Quick ? [20] : new[] { 20, 100, 500 })
        {
            var (tenant, client) = await admin.NewTenantAsync("import-memory", "proof");
            using var _ = client;
            await admin.RaiseLimitsAsync(tenant.ToString());
            client.Http.Timeout = Timeout.InfiniteTimeSpan;
            foreach (var pid in pids.Values)
            {
                await File.WriteAllTextAsync($"/proc/{pid}/clear_refs", "5", ct);
            }

            run.Say($"importing {megabytes} MB");
            var clock = Stopwatch.StartNew();
            await ImportAsync(client, megabytes * 1_000_000 / ObjectBytes, ct);
            var seconds = clock.Elapsed.TotalSeconds;
            await Eventually.TrueAsync(() => IsToldAsync(database, ct), TimeSpan.FromMinutes(10), ct, "The last event of the import");
            foreach (var (service, pid) in pids)
            {
                var isJudged = megabytes == 500 && service == "threatintel";
                run.Figures.Add(new Figure($"{megabytes} MB: most memory of {service}", "MB", PeakMegabytes(pid), isJudged ? Budget.AtMost(400) : null));
            }

            run.Figures.Add(new Figure($"{megabytes} MB: import", "s", seconds));
        }
    }

    private static async Task ImportAsync(Api client, int objects, CancellationToken ct)
    {
        using var content = new BundleContent(objects);
        using var accepted = await client.Http.PostAsync(new Uri("/api/v2/threat-intel/import", UriKind.Relative), content, ct);
        var location = accepted.EnsureSuccessStatusCode().Headers.Location!.ToString();
        JsonElement import = default;
        await Eventually.TrueAsync(
            async () =>
            {
                import = await client.GetAsync(location);
                return import.GetProperty("status").GetString() is not ("queued" or "running");
            },
            TimeSpan.FromMinutes(10),
            ct,
            "The end of the import");
        if (import.GetProperty("created").GetInt32() != objects)
        {
            throw new InvalidOperationException($"The import ended with {import}");
        }
    }

    private static async Task<bool> IsToldAsync(string database, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand("SELECT NOT EXISTS (SELECT 1 FROM outbox WHERE parked_at IS NULL)", connection);
        return await command.ExecuteScalarAsync(ct) is true;
    }

    private static double PeakMegabytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1_024 / 1e6;
    }

    /// <summary>A bundle that is written object by object and never held.</summary>
    private sealed class BundleContent : HttpContent
    {
        private readonly int _objects;

        public BundleContent(int objects)
        {
            _objects = objects;
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("{\"type\":\"bundle\",\"id\":\"bundle--00000000-0000-4000-8000-000000000001\",\"objects\":["u8.ToArray());
            for (var i = 0; i < _objects; i++)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes((i == 0 ? "" : ",") + Tool(i)));
            }

            await stream.WriteAsync("]}"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        private static string Tool(int number)
        {
            var head = $$"""{"type":"tool","spec_version":"2.1","id":"tool--00000000-0000-4000-8000-{{number:000000000000}}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"tool {{number}}","description":" """;
            var text = new StringBuilder(head, ObjectBytes);
            for (var word = number; text.Length < ObjectBytes - 20; word = unchecked((word * 1_103_515_245) + 12_345))
            {
                text.Append((uint)word).Append(' ');
            }

            return text.Append("\"}").ToString();
        }
    }
}
