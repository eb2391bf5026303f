namespace Platform.AppHost;

/// <summary>What every service has in common.</summary>
internal static class ServiceExtensions
{
    /// <summary>A project with its web address, a loopback port for metrics, and its readiness as health.</summary>
    public static IResourceBuilder<ProjectResource> AddService(
        this IDistributedApplicationBuilder builder, string name, string folder, RunOptions run, int? port = null, bool isPublic = false)
    {
        var service = builder.AddProject(name, $"../services/{folder}/{folder}.csproj", launchProfileName: null).WithHttpEndpoint(port: port);
        if (isPublic)
        {
            service.WithExternalHttpEndpoints();
        }

        if (builder.ExecutionContext.IsRunMode)
        {
            // No balancer has to notice that a process on this machine stops.
            service.WithEnvironment("Health__DrainDelay", "00:00:00");

            // Six processes start on few cores: a method is compiled again by the optimizing compiler after 3,000 calls instead of 30
            // (hexadecimal), but then at once: the usual wait for a quiet moment finds none in a first import (docs/adr/0016).
            service.WithEnvironment("DOTNET_TC_CallCountThreshold", "BB8").WithEnvironment("DOTNET_TC_CallCountingDelayMs", "0");
        }

        return service
            .WithHttpEndpoint(name: "management", env: "MANAGEMENT_PORT")
            .WithHttpHealthCheck("/ready")
            .WithEnvironment("Platform__DataRoot", Path.Combine(run.Data, name));
    }

    /// <summary>
    /// For services that take bundles in: room for a batch and its events in the youngest generation (24 MB; numbers are
    /// hexadecimal) and messages of half a megabyte outside the large-object heap. Otherwise each batch is copied to an older generation
    /// while it is at work, and each message ends in a collection of everything (docs/adr/0019).
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithRoomForBatches(this IResourceBuilder<ProjectResource> service)
        => service.WithEnvironment("DOTNET_GCgen0size", "1800000").WithEnvironment("DOTNET_GCLOHThreshold", "400000");

    public static IResourceBuilder<ProjectResource> WithStore(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<IResourceWithConnectionString> store)
        => service.WithReference(store).WaitFor(store);

    /// <summary>Not waited for: a service starts beside its broker, and speaks when it answers.</summary>
    public static IResourceBuilder<ProjectResource> WithBroker(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<RabbitMQServerResource> broker)
        => service.WithReference(broker);

    /// <summary>The key by which the gateway vouches for callers towards one service.</summary>
    public static IResourceBuilder<ParameterResource> AddInternalKey(this IDistributedApplicationBuilder builder, string service)
        => builder.AddKey($"internal-key-{service}");

    /// <summary>A generated key that survives restarts: 44 random letters and digits, which are 33 bytes of valid base64.</summary>
    public static IResourceBuilder<ParameterResource> AddKey(this IDistributedApplicationBuilder builder, string name)
        => builder.AddParameter(
            name,
            new GenerateParameterDefault { MinLength = 44, Special = false },
            secret: true,
            persist: true);
}
