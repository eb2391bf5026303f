using System.Collections.Concurrent;
using System.Diagnostics;
using Aspire.Hosting.Local.Images;

namespace Aspire.Hosting.Local.Processes;

/// <summary>
/// Starts processes from one thread that lives as long as the AppHost. The kernel sends a child its parent-death signal when the
/// <em>thread</em> that forked it ends (prctl(2), PR_SET_PDEATHSIG), and threads of the pool come and go.
/// </summary>
internal sealed class Spawner : IDisposable
{
    /// <summary>Marks every process of this data folder, so that stray ones can be told from those of other AppHosts.</summary>
    public const string OwnerVariable = "ASPIRE_LOCAL_OWNER";

    /// <summary>Marks every process of one resource.</summary>
    public const string ResourceVariable = "ASPIRE_LOCAL_RESOURCE";

    private readonly BlockingCollection<Action> _work = [];

    public Spawner()
    {
        var thread = new Thread(() =>
        {
            foreach (var start in _work.GetConsumingEnumerable())
            {
                start();
            }
        })
        { IsBackground = true, Name = "spawner" };
        thread.Start();
    }

    public Task<Process> StartAsync(NativeCommand command, string owner, string mark)
    {
        var start = new ProcessStartInfo
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = command.WorkingDirectory,
        };
        Fill(start, [command.FileName, .. command.Arguments], command.User, command.ParentDeathSignal);
        if (command.CleanEnvironment)
        {
            var path = start.Environment.TryGetValue("PATH", out var inherited) ? inherited : "/usr/local/bin:/usr/bin:/bin";
            start.Environment.Clear();
            start.Environment["PATH"] = $"{path}:/usr/sbin:/sbin";
        }

        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment[OwnerVariable] = owner;
        start.Environment[ResourceVariable] = mark;
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    /// <summary>
    /// Both wrappers exec what follows, so the process keeps its id. A session of its own keeps a Ctrl-C at the terminal from
    /// reaching stores before the services that use them have stopped.
    /// </summary>
    public static void Fill(ProcessStartInfo start, IReadOnlyList<string> command, UnixUser? user, string deathSignal)
    {
        start.FileName = "setsid";
        start.ArgumentList.Add("setpriv");
        start.ArgumentList.Add("--pdeathsig");
        start.ArgumentList.Add(deathSignal);
        if (user is not null)
        {
            start.ArgumentList.Add($"--reuid={user.Name}");
            start.ArgumentList.Add($"--regid={user.GroupId}");
            start.ArgumentList.Add("--clear-groups");
            start.ArgumentList.Add("--inh-caps=-all");
        }

        start.ArgumentList.Add("--");
        foreach (var word in command)
        {
            start.ArgumentList.Add(word);
        }
    }

    public void Dispose() => _work.CompleteAdding();
}
