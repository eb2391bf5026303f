using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults.Outbound;

namespace Platform.ServiceDefaults;

/// <summary>Clients of the platform's own services.</summary>
public static class ServiceClientSetup
{
    /// <summary>
    /// Registers the named <see cref="HttpClient"/> of a service: base address from <c>services:{name}:http:0</c>, pooled
    /// connections, timeouts, retries where they are safe, and a circuit breaker whose state <c>/health</c> shows.
    /// The trace goes along. Failures are <see cref="UpstreamException"/>s; answers of any status are answers.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="name">Name of the service and of the client.</param>
    /// <param name="configure">Changes to the defaults, before the configuration's own.</param>
    public static IHttpClientBuilder AddServiceClient(this IHostApplicationBuilder builder, string name, Action<ServiceClientOptions>? configure = null)
    {
        var services = builder.Services;
        services.AddOptions<ServiceClientOptions>(name)
            .Configure(options => configure?.Invoke(options))
            .BindConfiguration($"ServiceClients:{name}")
            .PostConfigure<IConfiguration>((options, configuration) =>
                options.Address ??= Uri.TryCreate(configuration[$"services:{name}:http:0"], UriKind.Absolute, out var address) ? address : null)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServiceClientOptions>>(new Validation(name));

        services.TryAddSingleton(TimeProvider.System);
        services.AddCircuit(name);
        services.TryAddSingleton<LiveSettings>();
        services.TryAddKeyedSingleton(name, (provider, _) => new LivePipeline(
            name,
            Options(provider, name),
            provider.GetRequiredService<CircuitStates>(),
            provider.GetRequiredService<LiveSettings>(),
            provider.GetRequiredService<TimeProvider>()));

        return services.AddHttpClient(name)
            .ConfigureHttpClient((provider, client) =>
            {
                var options = Options(provider, name);
                client.BaseAddress = options.Address;
                client.DefaultRequestVersion = options.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
                client.DefaultVersionPolicy = options.Http2 ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower;
                // The handler bounds the time to the headers; this one bounds answers that are read as a whole.
                client.Timeout = options.TotalTimeout + TimeSpan.FromSeconds(30);
            })
            .UseSocketsHttpHandler((handler, provider) =>
            {
                handler.MaxConnectionsPerServer = Options(provider, name).MaxConnections;
                handler.ConnectTimeout = TimeSpan.FromSeconds(2);
                // New addresses of a moved service are seen after this long; the handler itself lives as long as the process.
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
                handler.PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1);
                handler.EnableMultipleHttp2Connections = true;
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
                handler.UseProxy = false;
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .AddHttpMessageHandler(provider => new ResilienceHandler(
                name, provider.GetRequiredKeyedService<LivePipeline>(name)))
            // Each call is a span already; two log lines a call besides say nothing more.
            .RemoveAllLoggers();
    }

    private static ServiceClientOptions Options(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<ServiceClientOptions>>().Get(name);

    private sealed class Validation(string client) : IValidateOptions<ServiceClientOptions>
    {
        public ValidateOptionsResult Validate(string? name, ServiceClientOptions options) =>
            name == client && options.Fault() is { } fault
                ? ValidateOptionsResult.Fail($"Service client '{name}' {fault.Replace("{name}", name, StringComparison.Ordinal)}.")
                : ValidateOptionsResult.Skip;
    }
}
