using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults.Health;

namespace Platform.ServiceDefaults;

/// <summary>Health, readiness and draining of a service.</summary>
public static class HealthSetup
{
    /// <summary>
    /// Registers what <see cref="HealthEndpoints.MapHealth"/> serves. Checks are added with
    /// <c>Services.AddHealthChecks()</c>; those that the service cannot work without carry <see cref="HealthTags.Ready"/>.
    /// Their descriptions and exceptions are logged and never shown.
    /// </summary>
    public static WebApplicationBuilder AddHealth(this WebApplicationBuilder builder)
    {
        StartupFaults.Watch();
        builder.Services.AddOptions<HealthOptions>()
            .BindConfiguration("Health")
            .Validate(o => o.DrainDelay is null || (o.DrainDelay >= TimeSpan.Zero && o.DrainDelay <= TimeSpan.FromMinutes(5)), "Health:DrainDelay must be between 0 and 5 minutes.")
            .Validate(o => o.CacheFor >= TimeSpan.Zero && o.CacheFor <= TimeSpan.FromMinutes(1), "Health:CacheFor must be between 0 and 1 minute.")
            .Validate(o => o.CheckTimeout > TimeSpan.Zero && o.CheckTimeout <= TimeSpan.FromMinutes(1), "Health:CheckTimeout must be between 0 and 1 minute.")
            .PostConfigure<IHostEnvironment>((o, environment) =>
                o.DrainDelay ??= environment.IsProduction() || environment.IsStaging() ? TimeSpan.FromSeconds(5) : TimeSpan.Zero)
            .ValidateOnStart();

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<HealthReports>();
        builder.Services.TryAddSingleton<Lifecycle>();
        builder.Services.TryAddSingleton(services => new HealthAnswers(
            services.GetRequiredService<HealthReports>(), services.GetRequiredService<Lifecycle>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<Lifecycle>());
        builder.Services.AddOptions<HostOptions>().PostConfigure<IOptions<HealthOptions>>((host, health) =>
            host.ShutdownTimeout = host.ShutdownTimeout + health.Value.DrainDelay!.Value);

        builder.Services.AddHealthChecks()
            .AddCheck<SystemFigures>("system", tags: [HealthTags.Figures]);
        builder.Services.AddOptions<HealthCheckServiceOptions>().PostConfigure<IOptions<HealthOptions>>((checks, health) =>
        {
            foreach (var registration in checks.Registrations)
            {
                var inner = registration.Factory;
                registration.Factory = services => new BoundedHealthCheck(inner(services), health.Value.CheckTimeout);
            }
        });
        builder.Services.TryAddSingleton<SystemFigures>();
        return builder;
    }
}
