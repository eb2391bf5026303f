using System.Globalization;
using System.Text;
using Aspire.Hosting.Local.Images;

namespace Aspire.Hosting.Local.Processes;

/// <summary>Reads /proc: who descends from whom, who carries our mark, how much memory they hold.</summary>
internal static class ProcessTree
{
    /// <summary>The process and everything below it.</summary>
    public static HashSet<int> Of(int root)
    {
        var children = new Dictionary<int, List<int>>();
        foreach (var pid in Pids())
        {
            if (Parent(pid) is { } parent)
            {
                (children.TryGetValue(parent, out var known) ? known : children[parent] = []).Add(pid);
            }
        }

        var found = new HashSet<int>();
        var open = new Stack<int>([root]);
        while (open.TryPop(out var pid))
        {
            if (found.Add(pid) && children.TryGetValue(pid, out var below))
            {
                below.ForEach(open.Push);
            }
        }

        return found;
    }

    /// <summary>Living processes (zombies are not) whose environment holds <c>name=value</c>.</summary>
    public static IEnumerable<int> WithVariable(string name, string value)
    {
        var mark = Encoding.UTF8.GetBytes($"{name}={value}\0");
        foreach (var pid in Pids())
        {
            if (pid == Environment.ProcessId)
            {
                continue;
            }

            byte[] environment;
            try
            {
                environment = File.ReadAllBytes($"/proc/{pid}/environ");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            var at = environment.AsSpan().IndexOf(mark);
            if (at == 0 || (at > 0 && environment[at - 1] == 0))
            {
                yield return pid;
            }
        }
    }

    public static void Kill(IEnumerable<int> pids)
    {
        foreach (var pid in pids)
        {
            _ = NativeMethods.Send(pid, Signals.Kill);
        }
    }

    /// <summary>Resident memory of the tree; what its processes share (libraries, PostgreSQL's buffers) counts once.</summary>
    public static long ResidentBytes(int root)
    {
        long anonymous = 0, file = 0, shared = 0;
        foreach (var pid in Of(root))
        {
            try
            {
                foreach (var line in File.ReadLines($"/proc/{pid}/status"))
                {
                    if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
                    {
                        anonymous += Kilobytes(line);
                    }
                    else if (line.StartsWith("RssFile:", StringComparison.Ordinal))
                    {
                        file = Math.Max(file, Kilobytes(line));
                    }
                    else if (line.StartsWith("RssShmem:", StringComparison.Ordinal))
                    {
                        shared = Math.Max(shared, Kilobytes(line));
                        break;
                    }
                }
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return (anonymous + file + shared) * 1024;
    }

    private static long Kilobytes(string line)
        => long.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1).Trim().TrimEnd("kB "), CultureInfo.InvariantCulture);

    private static IEnumerable<int> Pids()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture, out var pid))
            {
                yield return pid;
            }
        }
    }

    private static int? Parent(int pid)
    {
        try
        {
            // "pid (name) state ppid …"; the name may hold anything, also brackets.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 3);
            return fields[0] == "Z" ? null : int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
