using System.Globalization;

namespace Platform.TestSupport;

/// <summary>What processes use, as the kernel counts it.</summary>
public static class ProcessFigures
{
    private const double TicksPerSecond = 100;

    /// <summary>Processor time of a process and its children, in seconds.</summary>
    public static double Cpu(int pid) => Tree(pid).Sum(CpuOfOne);

    /// <summary>A process and everything below it.</summary>
    public static IReadOnlyList<int> Tree(int root)
    {
        var children = All().ToLookup(p => Stat(p)?[1] is { } parent ? int.Parse(parent, CultureInfo.InvariantCulture) : 0);
        var found = new List<int> { root };
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(children[found[i]]);
        }

        return found;
    }

    /// <summary>Every process whose environment holds a variable of this value.</summary>
    public static IReadOnlyList<int> Carrying(string variable, string value) => [.. All().Where(pid => Environment(pid).GetValueOrDefault(variable) == value)];

    /// <summary>The environment a process was started with; empty when it is gone or not ours.</summary>
    public static IReadOnlyDictionary<string, string?> Environment(int pid)
    {
        var variables = new Dictionary<string, string?>();
        foreach (var entry in Text($"/proc/{pid}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (entry.IndexOf('=', StringComparison.Ordinal) is > 0 and var at)
            {
                variables[entry[..at]] = entry[(at + 1)..];
            }
        }

        return variables;
    }

    public static string[] Command(int pid) => Text($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Resident memory in MiB: as the process sees it, and with shared pages divided among those who share them.</summary>
    public static (double Resident, double Proportional) Memory(int pid)
    {
        double resident = 0, proportional = 0;
        foreach (var line in Text($"/proc/{pid}/smaps_rollup").Split('\n'))
        {
            resident += KiB(line, "Rss:");
            proportional += KiB(line, "Pss:");
        }

        return (resident / 1024, proportional / 1024);
    }

    private static double KiB(string line, string name) =>
        line.StartsWith(name, StringComparison.Ordinal) ? double.Parse(line[name.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture) : 0;

    private static double CpuOfOne(int pid) => Stat(pid) is { } fields
        ? (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond
        : 0;

    /// <summary>The fields after the name, which may hold spaces: state, parent, …, user ticks, system ticks.</summary>
    private static string[]? Stat(int pid)
    {
        var text = Text($"/proc/{pid}/stat");
        var end = text.LastIndexOf(')');
        return end < 0 ? null : text[(end + 2)..].Split(' ');
    }

    private static IEnumerable<int> All()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                yield return pid;
            }
        }
    }

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
