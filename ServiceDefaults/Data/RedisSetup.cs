using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Platform.ServiceDefaults;

/// <summary>Redis by the name of its connection string.</summary>
public static class RedisSetup
{
    /// <summary>
    /// Registers the keyed <see cref="RedisConnection"/> of a store, which connects in the background, and a health check
    /// of the same name: a Redis that is away degrades a service and does not stop it.
    /// </summary>
    public static IHostApplicationBuilder AddRedisClient(this IHostApplicationBuilder builder, string name)
    {
        var text = builder.Configuration.GetConnectionString(name)
            ?? throw new InvalidOperationException($"ConnectionStrings:{name} is not set.");
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddKeyedSingleton(name, (services, _) => ActivatorUtilities.CreateInstance<RedisConnection>(services, name, text));
        builder.Services.AddSingleton<IHostedService>(services => services.GetRequiredKeyedService<RedisConnection>(name));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            name, services => services.GetRequiredKeyedService<RedisConnection>(name), HealthStatus.Degraded, []));
        return builder;
    }
}
