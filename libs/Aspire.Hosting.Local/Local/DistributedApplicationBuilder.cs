using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Local.Dashboard;
using Aspire.Hosting.Local.Dashboard.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Local;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;

    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        AppHostAssembly = options.AssemblyName is null ? Assembly.GetEntryAssembly() : Assembly.Load(options.AssemblyName);
        AppHostDirectory = Path.GetFullPath(options.ProjectDirectory ?? LocalPaths.ProjectDirectoryOf(AppContext.BaseDirectory));
        _host = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = options.Args,
            ContentRootPath = AppHostDirectory,
            ApplicationName = AppHostAssembly?.GetName().Name,
        });
        ConfigureLogging();

        Paths = LocalPaths.Read(_host.Configuration, AppHostDirectory);
        Secrets = new SecretFile(Path.Combine(Paths.Data, "secrets.json"));
        Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(60));
        Services.AddHealthChecks();
        Services.AddSingleton(Paths);
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton<IDistributedApplicationEventing>(Eventing);
        Services.AddSingleton(_ => new DistributedApplicationModel(Resources));
        Services.AddSingleton<ResourceLoggerService>();
        Services.AddSingleton<ResourceNotificationService>();
        Services.AddSingleton(services => new ResourceCommandService(services));
        Services.AddSingleton<Launcher>();
        Services.AddSingleton<Processes.Spawner>();
        Services.AddSingleton<LogFiles>();
        Services.AddSingleton(Dashboard = DashboardAddress.Choose(_host.Configuration, options.DisableDashboard));
        Services.AddSingleton<Orchestrator>();
        if (!options.DisableDashboard)
        {
            // Before the first resource starts, and until the last one has said its last word.
            Services.AddSingleton<TelemetryStore>();
            Services.AddHostedService<DashboardReceiver>();
        }

        Services.AddHostedService(services => services.GetRequiredService<Orchestrator>());
        if (!options.DisableDashboard)
        {
            Services.AddHostedService<DashboardServer>();
        }
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory { get; }

    public Assembly? AppHostAssembly { get; }

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    public DistributedApplicationExecutionContext ExecutionContext { get; } = new(DistributedApplicationOperation.Run);

    public IResourceCollection Resources { get; } = new ResourceCollection();

    internal LocalPaths Paths { get; }

    internal SecretFile Secrets { get; }

    internal DashboardAddress Dashboard { get; }

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (Resources.Any(r => StringComparer.OrdinalIgnoreCase.Equals(r.Name, resource.Name)))
        {
            throw new DistributedApplicationException(
                $"Cannot add resource of type '{resource.GetType()}' with name '{resource.Name}': a resource with that name already exists.");
        }

        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        var app = new DistributedApplication(_host.Build());
        ExecutionContext.ServiceProvider = app.Services;
        return app;
    }

    private void ConfigureLogging()
    {
        _host.Logging.AddSimpleConsole(o => o.SingleLine = true);
        _host.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // It repeats what Run says, with a stack.
        _host.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // A store that is not up yet is no error of the application.
        _host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
    }
}

internal sealed class ResourceBuilder<T>(IDistributedApplicationBuilder applicationBuilder, T resource) : IResourceBuilder<T> where T : IResource
{
    public IDistributedApplicationBuilder ApplicationBuilder { get; } = applicationBuilder;

    public T Resource { get; } = resource;

    public IResourceBuilder<T> WithAnnotation<TAnnotation>(
        TAnnotation annotation, ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
        where TAnnotation : IResourceAnnotation
    {
        ArgumentNullException.ThrowIfNull(annotation);
        if (behavior == ResourceAnnotationMutationBehavior.Replace)
        {
            foreach (var old in Resource.Annotations.OfType<TAnnotation>().ToArray())
            {
                Resource.Annotations.Remove(old);
            }
        }

        Resource.Annotations.Add(annotation);
        return this;
    }
}
