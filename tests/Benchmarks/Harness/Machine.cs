using System.Globalization;
using Platform.TestSupport;

namespace Platform.Benchmarks.Harness;

/// <summary>What was measured on, and whether others used it too.</summary>
/// <param name="BusyBeforePercent">Share of the processors that was in use before the first round, by others then.</param>
/// <param name="BusyAfterPercent">The same when all of ours had ended.</param>
internal sealed record Machine(
    DateTimeOffset Date, string Processor, int Cores, double MemoryGiB, string System, string Commit, double BusyBeforePercent, double BusyAfterPercent)
{
    private const double Idle = 10;

    public bool WasShared => BusyBeforePercent > Idle || BusyAfterPercent > Idle;

    public static Machine Look() => new(
        DateTimeOffset.UtcNow,
        Line("/proc/cpuinfo", "model name"),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1073741824.0, 1),
        global::System.Runtime.InteropServices.RuntimeInformation.OSDescription,
        Commit_(),
        BusyPercent(),
        0);

    /// <summary>How much of the processors is in use during the next second, in percent.</summary>
    public static double BusyPercent()
    {
        var before = Times();
        Thread.Sleep(1000);
        var after = Times();
        var all = after.All - before.All;
        return all == 0 ? 0 : Math.Round(100.0 * (all - (after.Idle - before.Idle)) / all, 1);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Date:yyyy-MM-dd HH:mm} UTC, {Cores} cores ({Processor}), {MemoryGiB:0.#} GiB, commit {Commit}; {BusyBeforePercent:0} % of the processors in use by others");

    private static (long All, long Idle) Times()
    {
        using var stat = new StreamReader("/proc/stat");
        var fields = stat.ReadLine()!.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..].Select(long.Parse).ToArray();
        return (fields.Sum(), fields[3] + fields[4]);
    }

    private static string Line(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";

    private static string Commit_()
    {
        var answer = Tool.Read("git", "-C", Repository.Root, "describe", "--always", "--dirty");
        return answer.Length == 0 ? "unknown" : answer;
    }
}
