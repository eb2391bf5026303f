using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Platform.Benchmarks.Harness;
using Platform.TestSupport;
using Platform.ThreatIntel;

namespace Platform.Benchmarks.Proofs;

/// <summary>A bundle of any size is imported in the same memory.</summary>
internal sealed class ImportMemoryProof : Measurement
{
    private const int ObjectBytes = 10_000;
    private const string Permissions = "read:threat_intel write:threat_intel";

    public override string Name => "import-memory";

    public override string Summary => "a bundle of 500 MB in constant memory";

    public override int DefaultRounds => 1;

    public override string Help => """
        The ThreatIntel service in this process, on a platform's stores. Bundles of 20 MB, 100 MB and 500 MB, of objects of
        10 KB, are made while they are sent and then imported. The figure is the most memory that the process ever had
        resident (VmHWM), the one who sends included.

        Limit: 400 MB behind the bundle of 500 MB, each object stored.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync(storesOnly: true);
        var stores = await platform.ConnectionsAsync();
        await using var database = await Stack.CreateDatabaseAsync(stores["postgres"], "threatintel");
        await using var host = new ServiceHost<ThreatIntelOptions>("threatintel", new Dictionary<string, string?>
        {
            ["ConnectionStrings:threatinteldb"] = database.Owner,
            ["ConnectionStrings:rabbitmq"] = stores["rabbitmq"],
            ["Platform:DataRoot"] = run.Folder,
        });
        foreach (var megabytes in run.Options.Quick ? [20] : new[] { 20, 100, 500 })
        {
            using var client = host.ClientFor(ServiceHost<ThreatIntelOptions>.User(Guid.CreateVersion7(), Permissions));
            client.Timeout = Timeout.InfiniteTimeSpan;
            var objects = megabytes * 1_000_000 / ObjectBytes;
            run.Say($"importing {megabytes} MB");
            var clock = Stopwatch.StartNew();
            await ImportAsync(client, objects, ct);
            run.Figures.Add(new Figure($"{megabytes} MB: most memory resident", "MB", PeakMegabytes(), megabytes == 500 ? Budget.AtMost(400) : null));
            run.Figures.Add(new Figure($"{megabytes} MB: import", "s", clock.Elapsed.TotalSeconds));
        }
    }

    private static async Task ImportAsync(HttpClient client, int objects, CancellationToken ct)
    {
        using var content = new BundleContent(objects);
        using var accepted = await client.PostAsync("/api/v2/threat-intel/import", content, ct);
        var location = accepted.EnsureSuccessStatusCode().Headers.Location;
        JsonElement import = default;
        await Eventually.TrueAsync(
            async () =>
            {
                import = JsonElement.Parse(await client.GetByteArrayAsync(location, ct));
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

    private static double PeakMegabytes()
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
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
