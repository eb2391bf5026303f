using Platform.Benchmarks.Harness;
using Platform.Benchmarks.Running;
using Platform.TestSupport;

namespace Platform.Benchmarks.Gateway;

/// <summary>One turn of one contestant.</summary>
/// <param name="Load">What the load generator saw.</param>
/// <param name="CpuMicroseconds">Processor time of the contestant for one request.</param>
internal sealed record Turn(Load Load, double CpuMicroseconds);

/// <summary>Servers that are asked the same thing in turn, with the same credential.</summary>
internal sealed class Contestants(Run run, string token, CancellationToken ct) : IAsyncDisposable
{
    private const int WarmAfter = 40_000;
    private const int MostWarmUps = 15;

    private readonly List<(string Name, Child Process, Uri Address)> _all = [];
    private readonly Dictionary<string, string> _headers = new() { ["Authorization"] = "Bearer " + token };

    public IReadOnlyList<string> Names => _all.ConvertAll(c => c.Name);

    public void Add(string name, (Child Process, Uri Address) server) => _all.Add((name, server.Process, server.Address));

    /// <summary>So many requests that the compiler's second tier is there and pools are full, within reason on a slow machine.</summary>
    public async Task WarmUpAsync(string path, int connections)
    {
        foreach (var (name, _, address) in _all)
        {
            run.Say($"warming up {name}");
            long sent = 0;
            for (var turn = 0; turn < MostWarmUps && sent < WarmAfter; turn++)
            {
                sent += (await Wrk.RunAsync(new Uri(address, path), connections, run.Options.Quick ? 1 : 3, _headers, ct)).Requests;
            }
        }
    }

    /// <summary>The turns of each, one a round.</summary>
    public async Task<Dictionary<string, List<Turn>>> MeasureAsync(string what, string path, int connections)
    {
        var turns = _all.ToDictionary(c => c.Name, _ => new List<Turn>());
        await run.InterleaveAsync(what, _all.ConvertAll<Func<Task>>(c => async () =>
        {
            var before = ProcessFigures.Cpu(c.Process.Pid);
            var load = await Wrk.RunAsync(new Uri(c.Address, path), connections, run.Options.Seconds, _headers, ct);
            turns[c.Name].Add(new Turn(load, (ProcessFigures.Cpu(c.Process.Pid) - before) * 1e6 / load.Requests));
        }));
        return turns;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, process, _) in _all)
        {
            await process.DisposeAsync();
        }
    }
}
