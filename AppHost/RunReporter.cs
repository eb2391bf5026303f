using System.Diagnostics;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Platform.AppHost;

/// <summary>
/// Tells people (on the console) and programs (by files in the data folder) how the run goes. <c>state</c> is one line:
/// <c>starting</c>, <c>healthy</c> or <c>failed NAME</c>; <c>status.json</c> is what <c>./platform status --json</c> prints;
/// <c>run.json</c> adds the connection strings, for tests; <c>scrape-targets.json</c> is for Prometheus. All are readable by the owner alone and vanish with the run.
/// </summary>
internal sealed class RunReporter(
    RunOptions run,
    ResourceNotificationService notifications,
    DistributedApplicationModel model,
    IConfiguration configuration,
    IHostApplicationLifetime lifetime) : IDistributedApplicationEventingSubscriber
{
    private const int ToleratedFailures = 5;
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(2);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly SortedDictionary<string, ResourceEvent> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _shown = [];
    private readonly Dictionary<string, int> _failures = [];
    private string _state = "starting";

    public Task SubscribeAsync(
        IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken)
    {
        if (executionContext.IsRunMode)
        {
            RunFiles.Delete(run.Data);
            lifetime.ApplicationStopped.Register(() => RunFiles.Delete(run.Data));
            eventing.Subscribe<BeforeStartEvent>((_, _) =>
            {
                _ = WatchAsync(lifetime.ApplicationStopping);
                return Task.CompletedTask;
            });
        }

        return Task.CompletedTask;
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            var changes = notifications.WatchAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var _ = changes;
            var next = changes.MoveNextAsync().AsTask();
            var written = TimeSpan.Zero;
            while (!cancellationToken.IsCancellationRequested)
            {
                if (await Task.WhenAny(next, Task.Delay(Refresh, cancellationToken)) == next)
                {
                    if (!await next)
                    {
                        return;
                    }

                    Take(changes.Current);
                    next = changes.MoveNextAsync().AsTask();
                }

                var decided = Decide();
                if (decided || !next.IsCompleted || _clock.Elapsed - written > Refresh)
                {
                    written = _clock.Elapsed;
                    await RunFiles.WriteAsync(run, _state, Dashboard(), model, _resources.Values, cancellationToken);
                }

                if (decided && _state == "healthy")
                {
                    Welcome();
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The application stops.
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"The report of the run ended: {e.Message}");
        }
    }

    private void Take(ResourceEvent change)
    {
        if (change.Snapshot.IsHidden || change.Resource is ParameterResource)
        {
            return;
        }

        _resources[change.ResourceId] = change;
        var shown = RunFiles.StateOf(change.Snapshot);
        if (_shown.GetValueOrDefault(change.ResourceId) == shown)
        {
            return;
        }

        _shown[change.ResourceId] = shown;
        if (shown is "exited" or "failed")
        {
            _failures[change.ResourceId] = _failures.GetValueOrDefault(change.ResourceId) + 1;
        }

        if (shown is "running" or "exited" or "failed" or "unhealthy")
        {
            Console.WriteLine($"{_clock.Elapsed.TotalSeconds,6:0.0} s  {change.ResourceId,-15} {shown}");
        }
    }

    /// <summary>Whether the run has just become healthy, or given up hope of it.</summary>
    private bool Decide()
    {
        var expected = model.Resources.Count(r => r is not ParameterResource);
        var before = _state;
        if (_state == "starting" && _failures.FirstOrDefault(f => f.Value >= ToleratedFailures).Key is { } failed)
        {
            _state = $"failed {failed}";
            Console.WriteLine($"{failed} does not start; see: ./platform logs {failed}");
        }

        if (_state != "healthy" && _resources.Count >= expected && _resources.Values.All(r => RunFiles.StateOf(r.Snapshot) == "running"))
        {
            _state = "healthy";
        }

        return _state != before;
    }

    private string? Dashboard()
        => configuration["ASPNETCORE_URLS"]?.Split(';')[0] is { } url && configuration["AppHost:BrowserToken"] is { } token
            ? $"{url}/login?t={token}"
            : null;

    private void Welcome()
    {
        Console.WriteLine($"{_clock.Elapsed.TotalSeconds,6:0.0} s  everything is healthy");
        if (RunFiles.GatewayUrl(model) is { } gateway)
        {
            Console.WriteLine($"""

                  Gateway    {gateway}
                  API docs   {gateway}/api/docs
                  Sign in    {RunOptions.AdminEmail}, password in {run.AdminPasswordFile}
                """);
        }

        Console.WriteLine($"  Dashboard  {Dashboard()}");
    }
}
