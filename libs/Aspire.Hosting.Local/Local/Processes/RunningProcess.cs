using System.Diagnostics;
using Aspire.Hosting.Local.Images;

namespace Aspire.Hosting.Local.Processes;

/// <summary>A started <see cref="NativeCommand"/> with its helper and its output.</summary>
internal sealed class RunningProcess : IAsyncDisposable
{
    private readonly NativeCommand _command;
    private readonly Process _process;
    private readonly RunningProcess? _helper;
    private readonly Task _output;
    private readonly string _mark;

    private RunningProcess(NativeCommand command, Process process, string mark, RunningProcess? helper, Action<string, bool> onLine)
    {
        Pid = process.Id;
        _mark = mark;
        _command = command;
        _process = process;
        _helper = helper;
        process.StandardInput.Close();
        _output = Task.WhenAll(PumpAsync(process.StandardOutput, false, onLine), PumpAsync(process.StandardError, true, onLine));
        Exited = WaitAsync();
    }

    public int Pid { get; }

    /// <summary>Completes with the exit code when the process itself has ended and its output is read.</summary>
    public Task<int> Exited { get; }

    public static async Task<RunningProcess> StartAsync(
        Spawner spawner, NativeCommand command, string owner, string id, Action<string, bool> onLine)
    {
        var helper = command.Helper is null ? null : await StartAsync(spawner, command.Helper, owner, id + "-helper", onLine);
        var mark = $"{owner}#{id}";
        return new RunningProcess(command, await spawner.StartAsync(command, owner, mark), mark, helper, onLine);
    }

    /// <summary>Asks, waits, then kills the whole tree.</summary>
    public async Task StopAsync(TimeSpan? timeout = null)
    {
        var tree = new HashSet<int>();
        if (!Exited.IsCompleted)
        {
            tree = ProcessTree.Of(Pid);
            _ = NativeMethods.Send(Pid, _command.StopSignal);
            try
            {
                await Exited.WaitAsync(timeout ?? _command.StopTimeout);
            }
            catch (TimeoutException)
            {
                tree.UnionWith(ProcessTree.Of(Pid));
                ProcessTree.Kill(tree);
                await Exited;
            }
        }

        // What the process left behind must not hold its ports and files. The id itself may belong to someone else by now.
        tree.Remove(Pid);
        ProcessTree.Kill(tree);
        ProcessTree.Kill(ProcessTree.WithVariable(Spawner.ResourceVariable, _mark));
    }

    public async ValueTask DisposeAsync()
    {
        if (_helper is not null)
        {
            await _helper.StopAsync();
            await _helper.DisposeAsync();
        }

        _process.Dispose();
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        // A grandchild may hold the pipes open: the process counts as ended all the same.
        await Task.WhenAny(_output, Task.Delay(TimeSpan.FromMilliseconds(500)));
        return _process.ExitCode;
    }

    private static async Task PumpAsync(StreamReader reader, bool isError, Action<string, bool> onLine)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                onLine(line, isError);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The process is gone.
        }
    }
}
