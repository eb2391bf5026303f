using Microsoft.Extensions.Diagnostics.HealthChecks;
using Platform.Gateway.Authentication;
using Platform.Gateway.Limits;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Proxy;
using Platform.Gateway.Revocation;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Health;

/// <summary>The gateway's checks and its probes.</summary>
internal static class GatewayHealth
{
    public static void AddGatewayHealth(this WebApplicationBuilder builder)
    {
        builder.AddHealth();
        builder.Services.AddSingleton<UpstreamHealth>();
        var checks = builder.Services.AddHealthChecks();
        for (var i = 0; i < Upstreams.All.Length; i++)
        {
            var service = i;
            checks.Add(new HealthCheckRegistration(
                Upstreams.All[i], services => new UpstreamCheck(services.GetRequiredService<UpstreamHealth>(), service), HealthStatus.Degraded, []));
        }

        checks.AddCheck<DatabaseCheck>("database", HealthStatus.Degraded);
        checks.AddCheck<ModelCheck>("llm", HealthStatus.Degraded);
        checks.AddCheck<KeysCheck>("signing_keys", HealthStatus.Unhealthy, [HealthTags.Ready]);
        checks.AddCheck<FeedCheck>("revocation_feed", HealthStatus.Degraded);
        checks.AddCheck<LimitsCheck>("rate_limits", HealthStatus.Degraded);
    }

    /// <summary>
    /// In place of the circuits of this process alone; called when everything is registered that brings circuits.
    /// </summary>
    public static void TellSeedCircuits(this WebApplicationBuilder builder) => builder.Services.AddOptions<HealthCheckServiceOptions>().Configure(options =>
    {
        foreach (var registration in options.Registrations)
        {
            if (registration.Name == CircuitsCheck.Name)
            {
                registration.Factory = ActivatorUtilities.GetServiceOrCreateInstance<CircuitsCheck>;
            }
        }
    });

    /// <summary>At the root and in both versions of the API, never wrapped.</summary>
    public static void MapGatewayHealth(this WebApplication app)
    {
        foreach (var prefix in (string[])["", "/api/v1", "/api/v2"])
        {
            var probes = app.MapGroup(prefix);
            probes.MapHealth();
            ((IEndpointConventionBuilder)probes).Add(LimitHealth);
            probes.MapGet("/health/detailed", DetailedHealth.GetAsync).WithRules(DetailedHealth.Rules).Requires("read:audit").ExcludeFromDescription();
        }
    }

    /// <summary>Whether it lives and whether it is ready may be asked as often as one likes.</summary>
    private static void LimitHealth(EndpointBuilder endpoint)
    {
        if (endpoint is RouteEndpointBuilder route && route.RoutePattern.RawText?.EndsWith("/health", StringComparison.Ordinal) == true)
        {
            endpoint.Metadata.Add(RouteRules.Probe);
        }
    }

    private sealed class KeysCheck(SigningKeys keys) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Result(keys.HasKeys, context);
    }

    private sealed class FeedCheck(FeedState feed) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Result(feed.IsAlive, context);
    }

    private sealed class LimitsCheck(RateLimiter limiter) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Result(!limiter.IsLocal, context);
    }

    private static Task<HealthCheckResult> Result(bool good, HealthCheckContext context) =>
        Task.FromResult(good ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus));
}
