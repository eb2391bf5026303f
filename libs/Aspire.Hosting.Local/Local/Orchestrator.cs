using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Aspire.Hosting.Local.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Local;

/// <summary>Starts every resource in the order its waits give, and stops them in the reverse order.</summary>
internal sealed class Orchestrator(
    DistributedApplicationModel model,
    IDistributedApplicationEventing eventing,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    DistributedApplicationExecutionContext executionContext,
    LocalPaths paths,
    IServiceProvider services) : IHostedService, IDisposable
{
    private readonly List<ResourceRunner> _runners = [];
    private readonly List<TcpProxy> _proxies = [];
    private readonly CancellationTokenSource _stopping = new();
    private FileStream? _lock;

    public IReadOnlyList<ResourceRunner> Runners => _runners;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        paths.Create();
        _lock = Lock();
        ProcessTree.Kill(ProcessTree.WithVariable(Spawner.OwnerVariable, paths.Data));

        foreach (var subscriber in services.GetServices<IDistributedApplicationEventingSubscriber>())
        {
            await subscriber.SubscribeAsync(eventing, executionContext, cancellationToken);
        }

        await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken);
        foreach (var resource in model.Resources)
        {
            await eventing.PublishAsync(new InitializeResourceEvent(resource, eventing, logs, notifications, services), cancellationToken);
        }

        foreach (var resource in model.Resources)
        {
            Allocate(resource);
        }

        foreach (var resource in model.Resources)
        {
            await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken);
            if (resource is IResourceWithConnectionString)
            {
                await eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services), cancellationToken);
            }
        }

        foreach (var runner in _runners)
        {
            runner.Begin(_stopping.Token);
        }

        await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        var open = _runners.ToList();
        while (open.Count > 0)
        {
            // What no one still running depends on; a cycle is cut by taking everything.
            var needed = open.SelectMany(r => r.Dependencies).ToHashSet();
            var next = open.Where(r => !needed.Contains(r.Resource)).ToList();
            if (next.Count == 0)
            {
                next = [.. open];
            }

            await Task.WhenAll(next.Select(r => r.ShutDownAsync()));
            open = [.. open.Except(next)];
        }

        ProcessTree.Kill(ProcessTree.WithVariable(Spawner.OwnerVariable, paths.Data));
    }

    public void Dispose()
    {
        _proxies.ForEach(p => p.Dispose());
        _runners.ForEach(r => r.Dispose());
        _stopping.Dispose();
        _lock?.Dispose();
    }

    private FileStream Lock()
    {
        try
        {
            return new FileStream(Path.Combine(paths.Data, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new DistributedApplicationException($"Another AppHost uses the data folder '{paths.Data}'.", e);
        }
    }

    private void Allocate(IResource resource)
    {
        var replicas = resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToArray();
        foreach (var endpoint in endpoints)
        {
            var port = endpoint.Port is { } wanted and not 0 ? wanted : Ports.Reserve();
            var host = endpoint.IsExternal ? endpoint.TargetHost : "127.0.0.1";
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, host, port);
        }

        var own = Enumerable.Range(0, replicas).Select(_ => new Dictionary<EndpointAnnotation, int>()).ToArray();
        foreach (var endpoint in endpoints)
        {
            var targets = replicas == 1 ? [endpoint.AllocatedEndpoint!.Port] : own.Select(_ => Ports.Reserve()).ToArray();
            for (var i = 0; i < replicas; i++)
            {
                own[i][endpoint] = targets[i];
            }

            if (replicas > 1 && endpoint.IsProxied)
            {
                _proxies.Add(new TcpProxy(endpoint.AllocatedEndpoint!.Port, targets));
            }
        }

        foreach (var (id, ports) in ReplicaNames.Of(resource, replicas).Zip(own))
        {
            _runners.Add(ActivatorUtilities.CreateInstance<ResourceRunner>(services, resource, id, ports));
        }
    }
}
