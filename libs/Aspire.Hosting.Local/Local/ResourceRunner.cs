using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Local.Processes;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Local;

/// <summary>
/// The life of one resource (of one replica of it): wait, start, watch its health, restart with back-off when it dies, stop.
/// </summary>
internal sealed class ResourceRunner(
    IResource resource,
    string id,
    Dictionary<EndpointAnnotation, int> ports,
    IDistributedApplicationEventing eventing,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    LogFiles files,
    HealthCheckService health,
    Launcher launcher,
    Spawner spawner,
    LocalPaths paths,
    IServiceProvider services) : IDisposable
{
    private static readonly TimeSpan SteadyAfter = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _commands = new(1, 1);
    private readonly Lock _lock = new();
    private TaskCompletionSource _startWanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? _run;
    private RunningProcess? _process;
    private Task _loop = Task.CompletedTask;
    private CancellationToken _stopping;

    public IResource Resource => resource;

    public string Id => id;

    /// <summary>Has a process of its own; parameters and databases have not.</summary>
    public bool HasProcess => resource is ContainerResource or ExecutableResource or ProjectResource;

    /// <summary>Times the process ended without being asked to.</summary>
    public int Failures { get; private set; }

    /// <summary>What it must outlive at stop.</summary>
    public IEnumerable<IResource> Dependencies
        => resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource)
            .Concat(resource is IResourceWithParent { Parent: var parent } ? [parent] : []);

    public void Begin(CancellationToken stopping)
    {
        _stopping = stopping;
        Publish(s => s with
        {
            ResourceType = TypeName(),
            State = KnownResourceStates.NotStarted,
            Urls = [.. resource.Annotations.OfType<EndpointAnnotation>().Select(e => new UrlSnapshot(e.Name, e.AllocatedEndpoint!.UriString, !e.IsExternal))],
            Relationships = [.. resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(r => new RelationshipSnapshot(r.Resource.Name, r.Type))],
        });
        if (resource is ParameterResource)
        {
            Publish(s => s with { State = KnownResourceStates.Active, IsHidden = true });
            return;
        }

        ReplicaScope.Enter(ports);
        if (!resource.Annotations.OfType<ExplicitStart>().Any())
        {
            _startWanted.SetResult();
        }

        _loop = Task.Run(RunAsync, CancellationToken.None);
    }

    public void Dispose() => _commands.Dispose();

    public async Task StartAsync()
    {
        await _commands.WaitAsync();
        try
        {
            _startWanted.TrySetResult();
        }
        finally
        {
            _commands.Release();
        }
    }

    public async Task StopAsync()
    {
        await _commands.WaitAsync();
        try
        {
            RunningProcess? process;
            lock (_lock)
            {
                if (_startWanted.Task.IsCompleted)
                {
                    _startWanted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                process = _process;
            }

            _run?.Cancel();
            if (process is not null)
            {
                Publish(s => s with { State = KnownResourceStates.Stopping });
                await process.StopAsync();
            }
        }
        finally
        {
            _commands.Release();
        }
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async Task ShutDownAsync()
    {
        if (resource is ParameterResource)
        {
            return;
        }

        _run?.Cancel();
        if (_process is { } process)
        {
            Publish(s => s with { State = KnownResourceStates.Stopping });
            // What is thrown away at the next start need not be saved now.
            var throwAway = resource is ContainerResource && !Launcher.KeepsData(resource);
            await process.StopAsync(throwAway ? TimeSpan.Zero : null);
        }

        await _loop;
    }

    private async Task RunAsync()
    {
        var backOff = new BackOff();
        var waited = false;
        while (!_stopping.IsCancellationRequested)
        {
            var wanted = _startWanted.Task;
            if (!wanted.IsCompleted)
            {
                waited = false;
                try
                {
                    await wanted.WaitAsync(_stopping);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }

            using var run = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
            _run = run;
            var started = TimeProvider.System.GetTimestamp();
            try
            {
                if (!waited)
                {
                    await WaitAsync(run.Token);
                    waited = true;
                }

                await eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services), run.Token);
                if (!HasProcess)
                {
                    await BeWithoutProcessAsync(run.Token);
                    continue;
                }

                started = TimeProvider.System.GetTimestamp();
                await RunProcessAsync(run);
            }
            catch (OperationCanceledException) when (run.IsCancellationRequested)
            {
                Publish(s => s with { State = KnownResourceStates.NotStarted, HealthReports = [], Ready = false });
                continue;
            }
            catch (Exception e)
            {
                Write(e is DistributedApplicationException ? e.Message : e.ToString(), isError: true);
                Publish(s => s with { State = KnownResourceStates.FailedToStart, HealthReports = [], Ready = false, StopTimeStamp = TimeProvider.System.GetUtcNow().UtcDateTime });
            }
            finally
            {
                _run = null;
            }

            if (run.IsCancellationRequested)
            {
                continue;
            }

            Failures++;
            if (TimeProvider.System.GetElapsedTime(started) > SteadyAfter)
            {
                backOff.Reset();
            }

            var pause = backOff.Next();
            Write($"restarting in {pause.TotalSeconds:0.0} s", isError: false);
            await Task.WhenAny(Task.Delay(pause, _stopping), StopWantedAsync());
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (resource.Annotations.OfType<WaitAnnotation>().Any())
        {
            Publish(s => s with { State = KnownResourceStates.Waiting });
            await notifications.WaitForDependenciesAsync(resource, cancellationToken);
        }
        else if (resource is IResourceWithParent { Parent: var parent })
        {
            Publish(s => s with { State = KnownResourceStates.Waiting });
            await notifications.WaitForResourceHealthyAsync(parent.Name, cancellationToken);
        }
    }

    private async Task RunProcessAsync(CancellationTokenSource run)
    {
        Publish(s => s with { State = KnownResourceStates.Starting, ExitCode = null, StopTimeStamp = null, HealthReports = [], Ready = false });
        var (command, variables) = await launcher.PrepareAsync(resource, id, ports, run.Token);
        var process = await RunningProcess.StartAsync(spawner, command, paths.Data, id, Write);
        await using var _ = process;
        lock (_lock)
        {
            _process = process;
        }

        Publish(s => s with
        {
            State = KnownResourceStates.Running,
            StartTimeStamp = TimeProvider.System.GetUtcNow().UtcDateTime,
            EnvironmentVariables = variables,
            HealthReports = resource.Annotations.OfType<HealthCheckAnnotation>().Select(h => new HealthReportSnapshot(h.Key, null, null, null)).ToImmutableArray(),
            Properties = [new("executable.pid", process.Pid), new("executable.path", command.FileName)],
        });
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(run.Token);
        var watch = WatchHealthAsync(process.Pid, watching.Token);
        if (run.IsCancellationRequested)
        {
            await process.StopAsync();
        }

        var exitCode = await process.Exited;
        lock (_lock)
        {
            _process = null;
        }

        await watching.CancelAsync();
        await watch;
        await process.StopAsync();
        Write($"exited with code {exitCode}", isError: exitCode != 0);
        Publish(s => s with
        {
            State = KnownResourceStates.Exited,
            ExitCode = exitCode,
            StopTimeStamp = TimeProvider.System.GetUtcNow().UtcDateTime,
            HealthReports = [],
            Ready = false,
            Properties = s.Properties.RemoveAll(p => p.Name is "executable.pid" or "process.rss"),
        });
        if (notifications.TryGetCurrentState(id, out var stopped))
        {
            await eventing.PublishAsync(new ResourceStoppedEvent(resource, services, stopped), CancellationToken.None);
        }
    }

    private async Task BeWithoutProcessAsync(CancellationToken cancellationToken)
    {
        Publish(s => s with
        {
            State = KnownResourceStates.Running,
            StartTimeStamp = TimeProvider.System.GetUtcNow().UtcDateTime,
            HealthReports = resource.Annotations.OfType<HealthCheckAnnotation>().Select(h => new HealthReportSnapshot(h.Key, null, null, null)).ToImmutableArray(),
        });
        await WatchHealthAsync(null, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Often until healthy, then every few seconds.</summary>
    private async Task WatchHealthAsync(int? pid, CancellationToken cancellationToken)
    {
        var keys = resource.Annotations.OfType<HealthCheckAnnotation>().Select(h => h.Key).ToHashSet();
        var ready = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var healthy = true;
                if (keys.Count > 0)
                {
                    var report = await health.CheckHealthAsync(r => keys.Contains(r.Name), cancellationToken);
                    healthy = report.Status == HealthStatus.Healthy;
                    Publish(s => s with { HealthReports = [.. report.Entries.Select(Snapshot)] });
                }

                if (healthy && !ready)
                {
                    ready = true;
                    await eventing.PublishAsync(new ResourceReadyEvent(resource, services), cancellationToken);
                    Publish(s => s with { Ready = true });
                }

                if (pid is { } running)
                {
                    var resident = ProcessTree.ResidentBytes(running);
                    Publish(s => s with { Properties = [.. s.Properties.Where(p => p.Name != "process.rss"), new("process.rss", resident)] });
                }

                await Task.Delay(!ready ? TimeSpan.FromMilliseconds(200) : healthy ? TimeSpan.FromSeconds(5) : TimeSpan.FromSeconds(1), cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // A handler of the ready event failed, or the machine refused a file: tried again, and seen by the reader.
                Write($"not ready: {e.Message}", isError: true);
                ready = false;
                await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(1), cancellationToken));
            }
        }
    }

    private async Task StopWantedAsync()
    {
        while (_startWanted.Task.IsCompleted && !_stopping.IsCancellationRequested)
        {
            await Task.WhenAny(Task.Delay(100, _stopping));
        }
    }

    private void Write(string line, bool isError)
    {
        logs.Write(id, line, isError);
        files.Write(id, line);
    }

    private void Publish(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) => notifications.PublishUpdateAsync(resource, id, change);

    private string TypeName() => resource switch
    {
        ProjectResource => "Project",
        ExecutableResource => "Executable",
        ContainerResource => "Container",
        ParameterResource => "Parameter",
        _ => resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal),
    };

    private static HealthReportSnapshot Snapshot(KeyValuePair<string, HealthReportEntry> entry)
        => new(entry.Key, entry.Value.Status, entry.Value.Description ?? entry.Value.Exception?.Message, null) { LastRunAt = TimeProvider.System.GetUtcNow().UtcDateTime };
}

/// <summary>A quarter of a second, doubled up to eight seconds: a crash loop must not eat the machine, a single crash not wait.</summary>
internal sealed class BackOff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(8);
    private TimeSpan _next = First;

    public TimeSpan Next()
    {
        var pause = _next;
        _next = pause * 2 > Most ? Most : pause * 2;
        return pause;
    }

    public void Reset() => _next = First;
}
