using System.Diagnostics;
using System.Text;
using Platform.TestSupport;

namespace Platform.Benchmarks.Harness;

/// <summary>One run of a bench or proof: its options, its figures, a folder for its files, and its progress on the console.</summary>
internal sealed class Run : IDisposable
{
    private readonly string _command;
    private readonly string _name;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Machine _machine;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("platform-bench-");

    public Run(string command, string name, RunOptions options)
    {
        _command = command;
        _name = name;
        Options = options;
        // Workers of the peers run as other users.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.FullName, File.GetUnixFileMode(_folder.FullName) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        _machine = Machine.Look();
        Say(_machine.ToString());
    }

    public RunOptions Options { get; }

    public List<Figure> Figures { get; } = [];

    /// <summary>Sentences that belong to the figures: what was left out, what a figure stands on.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>A folder that goes with the run.</summary>
    public string Folder => _folder.FullName;

    public void Say(string line) => Console.WriteLine($"{_clock.Elapsed.TotalSeconds,6:0.0} s  {line}");

    /// <summary>A platform with durable stores: one that the options name, or a new one.</summary>
    public async Task<PlatformInstance> PlatformAsync(bool storesOnly = false)
    {
        if (Options.Platform is { } running)
        {
            return await PlatformInstance.AttachAsync(running);
        }

        Say(storesOnly ? "starting the stores" : "starting a platform");
        return await PlatformInstance.StartAsync(storesOnly, durable: true);
    }

    /// <summary>
    /// Takes every contestant's turn once a round, each round beginning with another one, so that what the machine does
    /// meanwhile falls on all of them alike.
    /// </summary>
    public async Task InterleaveAsync(string what, IReadOnlyList<Func<Task>> contestants)
    {
        for (var round = 0; round < Options.Rounds; round++)
        {
            Say($"{what}: round {round + 1} of {Options.Rounds}");
            for (var i = 0; i < contestants.Count; i++)
            {
                await contestants[(round + i) % contestants.Count]();
            }
        }
    }

    /// <summary>Prints the table and writes the JSON; whether every budget is met.</summary>
    public bool Finish()
    {
        var archive = new Archive(Options.Out ?? Path.Combine(Repository.Root, ".data", _command, _name));
        var report = new Report(_command, _name, Options, _machine with { BusyAfterPercent = Machine.BusyPercent() }, Figures, Notes, _clock.Elapsed);
        var text = new StringBuilder();
        report.Print(text, archive.Last());
        Console.WriteLine();
        Console.Write(text);
        Console.WriteLine($"Written to {archive.Add(report)}");
        return Figures.TrueForAll(f => f.IsMet != false);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
