using System.Diagnostics;
using Platform.Benchmarks.Harness;
using Platform.TestSupport;

namespace Platform.Benchmarks.Start;

/// <summary>How long a developer waits, and what the platform then takes of the machine.</summary>
internal sealed class StartBench : Measurement
{
    /// <summary>The AppHost marks whatever it starts with the data folder of its run.</summary>
    private const string OwnerMark = "ASPIRE_LOCAL_OWNER";

    public override string Name => "start";

    public override string Summary => "./platform up until every service is ready, and the memory of all processes then";

    public override int DefaultRounds => 3;

    public override bool CanShare => false;

    public override string Help => """
        ./platform up --detach, with everything installed and built: once on an empty data folder (databases are made,
        migrated and given the sample data), once more on the same folder. Memory is what the AppHost, the stores and the
        services have resident together; the second figure of it divides shared pages among those who share them.

        Budgets: at most 25 s until every service is ready; at most 2,560 MiB resident.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        List<double> first = [], again = [], resident = [], proportional = [];
        var byProcess = new Dictionary<string, List<double>>();
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            ct.ThrowIfCancellationRequested();
            run.Say($"round {round + 1} of {run.Options.Rounds}");
            var clock = Stopwatch.StartNew();
            await using var platform = await PlatformInstance.StartAsync(durable: true);
            first.Add(clock.Elapsed.TotalSeconds);
            await platform.DownAsync();
            clock.Restart();
            await platform.UpAsync();
            again.Add(clock.Elapsed.TotalSeconds);

            var (all, shared) = (0.0, 0.0);
            var sums = new Dictionary<string, double>();
            foreach (var pid in await ProcessesAsync(platform))
            {
                var memory = ProcessFigures.Memory(pid);
                all += memory.Resident;
                shared += memory.Proportional;
                var name = NameOf(pid);
                sums[name] = sums.GetValueOrDefault(name) + memory.Resident;
            }

            resident.Add(all);
            proportional.Add(shared);
            foreach (var (name, sum) in sums)
            {
                (byProcess.TryGetValue(name, out var list) ? list : byProcess[name] = []).Add(sum);
            }
        }

        run.Figures.Add(new Figure("first start", "s", first, Budget.AtMost(25)));
        run.Figures.Add(new Figure("later start", "s", again, Budget.AtMost(25)));
        run.Figures.Add(new Figure("resident memory", "MiB", resident, Budget.AtMost(2560)));
        run.Figures.Add(new Figure("resident memory, shared pages divided", "MiB", proportional));
        foreach (var (name, values) in byProcess.OrderByDescending(p => p.Value.Max()).Where(p => p.Value.Max() >= 10))
        {
            run.Figures.Add(new Figure($"resident: {name}", "MiB", values));
        }
    }

    private static async Task<IEnumerable<int>> ProcessesAsync(PlatformInstance platform)
    {
        using var status = System.Text.Json.JsonDocument.Parse(await platform.StatusAsync());
        return ProcessFigures.Carrying(OwnerMark, platform.DataFolder).Append(status.RootElement.GetProperty("pid").GetInt32()).Distinct();
    }

    private static string NameOf(int pid)
    {
        var command = ProcessFigures.Command(pid);
        var assembly = command.FirstOrDefault(part => part.EndsWith(".dll", StringComparison.Ordinal));
        return Path.GetFileName(assembly ?? command.FirstOrDefault() ?? "gone").Split(' ')[0].TrimEnd(':');
    }
}
