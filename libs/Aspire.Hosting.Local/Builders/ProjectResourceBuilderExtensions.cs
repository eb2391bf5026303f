using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds the project at <paramref name="projectPath"/>, relative to the AppHost's folder. Its newest build is run.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath)
        => builder.AddProject(name, projectPath, launchProfileName: null);

    /// <summary>Launch profiles are not read here; pass null and name endpoints by <c>WithHttpEndpoint</c>, so that both libraries do the same.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, string name, string projectPath, string? launchProfileName)
        => builder.AddProject(name, projectPath, options => options.LaunchProfileName = launchProfileName);

    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, string name, string projectPath, Action<ProjectResourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        configure(new ProjectResourceOptions());
        return builder.AddProject(name, new ProjectPath(Path.GetFullPath(projectPath, builder.AppHostDirectory)));
    }

    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
        => builder.AddProject(name, new TProject());

    /// <summary>Runs the project several times behind its one public port.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    public static IResourceBuilder<ProjectResource> DisableForwardedHeaders(this IResourceBuilder<ProjectResource> builder)
        => builder.WithAnnotation(new NoForwardedHeaders(), ResourceAnnotationMutationBehavior.Replace);

    public static IResourceBuilder<ProjectResource> WithEndpointsInEnvironment(
        this IResourceBuilder<ProjectResource> builder, Func<EndpointAnnotation, bool> filter)
        => builder.WithAnnotation(new EndpointsInEnvironmentFilter(filter));

    private static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, IProjectMetadata metadata)
        => builder.AddResource(new ProjectResource(name))
            .WithAnnotation(metadata)
            .WithEnvironment(SetHostingDefaults)
            .WithOtlpExporter();

    private static void SetHostingDefaults(EnvironmentCallbackContext context)
    {
        var resource = (ProjectResource)context.Resource;
        var variables = context.EnvironmentVariables;
        variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
        variables["LOGGING__CONSOLE__FORMATTERNAME"] = "simple";
        variables["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true";
        if (!resource.Annotations.OfType<NoForwardedHeaders>().Any())
        {
            variables["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
        }

        var urls = new ReferenceExpressionBuilder();
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(e => IsInUrls(resource, e)))
        {
            if (!urls.IsEmpty)
            {
                urls.AppendLiteral(";");
            }

            var port = new EndpointReference(resource, endpoint).Property(EndpointProperty.TargetPort);
            urls.AppendLiteral($"{endpoint.UriScheme}://{LocalHostOf(endpoint)}:");
            urls.AppendFormatted(port);
        }

        if (!urls.IsEmpty)
        {
            variables["ASPNETCORE_URLS"] = urls.Build();
        }
    }

    // An external endpoint answers on both loopback addresses, as a browser may take either for "localhost".
    private static string LocalHostOf(EndpointAnnotation endpoint) => endpoint.IsExternal ? endpoint.TargetHost : "127.0.0.1";

    // A port that the project reads from a variable of its own is not one of its web addresses.
    private static bool IsInUrls(ProjectResource resource, EndpointAnnotation endpoint)
        => endpoint.UriScheme is "http" or "https"
            && endpoint.TargetPortEnvironmentVariable is null
            && resource.Annotations.OfType<EndpointsInEnvironmentFilter>().All(f => f.Filter(endpoint));
}
