using System.Diagnostics;
using System.Text.Json;
using Platform.Benchmarks.Harness;
using Platform.TestSupport;

namespace Platform.Benchmarks.Proofs;

/// <summary>Whatever is killed during an import, the end is the same.</summary>
internal sealed class KillImportProof : Measurement
{
    private const int Samples = 6_000;
    private static readonly string[] All = ["threatintel", "knowledgegraph", "postgres", "graph", "rabbitmq", "gateway", "tenancy", "state"];

    public override string Name => "kill-import";

    public override string Summary => "kill -9 of services and stores at random moments of imports: nothing lost, nothing double";

    public override int DefaultRounds => 3;

    public override bool CanShare => false;

    public override IReadOnlyList<string> Targets => All;

    public override string Help => """
        For each target, rounds times: a new tenant, an import of 12,001 objects, a client that writes single indicators
        beside it (repeating what is not answered under the same Idempotency-Key), and kill -9 of the target at a random
        moment of the import. Recovery is from the kill until the target runs again and a write begun after the kill is
        acknowledged. Then the import is awaited, and the export, the graph and what was acknowledged are compared.

        Limits: acknowledged writes lost 0, doubled 0, in store and graph; recovery at most 15 s. A proof that finds
        otherwise ends with exit code 1.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync();
        using var admin = await platform.SignInAdminAsync();
        await admin.RaiseLimitsAsync(Api.DefaultTenant);
        var undisturbed = await DrillAsync(platform, admin, null, TimeSpan.Zero, ct);
        run.Say($"undisturbed, the import takes {undisturbed.Import.TotalSeconds:0.0} s");

        foreach (var target in run.Options.Only is { } only ? [only] : All)
        {
            var outcomes = new List<Outcome>();
            for (var round = 0; round < run.Options.Rounds; round++)
            {
                var moment = undisturbed.Import * Random.Shared.NextDouble();
                outcomes.Add(await DrillAsync(platform, admin, target, moment, ct));
                run.Say($"{target} killed after {moment.TotalSeconds:0.0} s: {outcomes[^1]}");
            }

            run.Figures.Add(new Figure($"{target}: lost", "objects", outcomes.ConvertAll(o => (double)o.Tally.Lost + o.Tally.GraphMissing), Budget.AtMost(0)));
            run.Figures.Add(new Figure($"{target}: doubled", "objects", outcomes.ConvertAll(o => (double)o.Tally.Doubled + o.Tally.GraphDoubled), Budget.AtMost(0)));
            run.Figures.Add(new Figure($"{target}: recovery, longest", "s", outcomes.Max(o => o.Recovery.TotalSeconds), Budget.AtMost(15)));
        }
    }

    private static async Task<Outcome> DrillAsync(PlatformInstance platform, Api admin, string? target, TimeSpan moment, CancellationToken ct)
    {
        var (tenant, client) = await admin.NewTenantAsync("kill-import", "proof");
        using var _ = client;
        await admin.RaiseLimitsAsync(tenant.ToString());
        var bundle = SmallBundle.Large(Samples, out var __);
        await using var writer = new SteadyWriter(client);
        var clock = Stopwatch.StartNew();
        var (___, location) = await client.StartImportAsync(bundle);
        var recovery = TimeSpan.Zero;
        if (target is not null)
        {
            await Task.Delay(moment, ct);
            var killed = Stopwatch.GetTimestamp();
            var back = platform.KillAsync(target);
            await writer.NextAsync(ct).WaitAsync(TimeSpan.FromMinutes(2), ct);
            await back;
            recovery = Stopwatch.GetElapsedTime(killed);
        }

        var import = await client.WaitForImportAsync(location!);
        var took = clock.Elapsed;
        await writer.StopAsync();
        if (import.GetProperty("status").GetString() != "completed")
        {
            throw new InvalidOperationException($"The import ended with {import}");
        }

        using var sent = JsonDocument.Parse(bundle);
        var expected = sent.RootElement.GetProperty("objects").EnumerateArray().Select(o => o.GetProperty("id").GetString()!)
            .Concat(writer.Acknowledged.Select(w => w.Id)).ToList();
        return new Outcome(await Tally.CountAsync(client, expected, [.. writer.Acknowledged.Select(w => w.Name)], ct), recovery, took, writer.Acknowledged.Count);
    }

    private sealed record Outcome(Tally Tally, TimeSpan Recovery, TimeSpan Import, int Writes)
    {
        public override string ToString() =>
            $"back after {Recovery.TotalSeconds:0.0} s, import {Import.TotalSeconds:0.0} s, {Writes} writes beside it; lost {Tally.Lost}, doubled {Tally.Doubled}; graph: missing {Tally.GraphMissing}, doubled {Tally.GraphDoubled}";
    }
}
