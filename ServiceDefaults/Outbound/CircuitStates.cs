using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Platform.ServiceDefaults.Telemetry;
using Polly.CircuitBreaker;

namespace Platform.ServiceDefaults;

/// <summary>The circuit breakers of this process, by the name of what they protect.</summary>
public sealed class CircuitStates
{
    private readonly ConcurrentDictionary<string, CircuitBreakerStateProvider> _circuits = new(StringComparer.Ordinal);

    internal CircuitStates(IEnumerable<TrackedCircuit> circuits, IMeterFactory meters)
    {
        foreach (var circuit in circuits)
        {
            _circuits[circuit.Name] = new CircuitBreakerStateProvider();
        }

        meters.Create(SignalSources.Own).CreateObservableGauge(
            "circuit_breaker_state",
            () => _circuits.Select(c => new Measurement<int>(Number(c.Value.CircuitState), new KeyValuePair<string, object?>("name", c.Key))),
            null,
            "0 closed, 1 half open, 2 open or isolated.");
    }

    /// <summary>Every circuit with <c>closed</c>, <c>half_open</c>, <c>open</c> or <c>isolated</c>.</summary>
    public IReadOnlyDictionary<string, string> Snapshot() =>
        _circuits.ToDictionary(c => c.Key, c => NameOf(c.Value.CircuitState), StringComparer.Ordinal);

    /// <summary>What a breaker reports to: pass it as <c>StateProvider</c> of the one breaker with this name.</summary>
    public CircuitBreakerStateProvider ProviderOf(string name) => _circuits.TryGetValue(name, out var provider)
        ? provider
        : throw new InvalidOperationException($"The circuit '{name}' was not registered with AddCircuit.");

    /// <summary>What a breaker that takes the place of an earlier one reports to; it begins closed.</summary>
    internal CircuitBreakerStateProvider Renew(string name) => _circuits[name] = new CircuitBreakerStateProvider();

    internal bool AnyOpen => _circuits.Values.Any(c => c.CircuitState is CircuitState.Open or CircuitState.Isolated);

    private static int Number(CircuitState state) => state switch
    {
        CircuitState.Closed => 0,
        CircuitState.HalfOpen => 1,
        _ => 2,
    };

    private static string NameOf(CircuitState state) => state switch
    {
        CircuitState.Closed => "closed",
        CircuitState.HalfOpen => "half_open",
        CircuitState.Open => "open",
        _ => "isolated",
    };
}

/// <summary>Registration of circuits.</summary>
public static class CircuitSetup
{
    /// <summary>Announces a circuit, so that <c>/health</c> and <c>/metrics</c> show it from the start.</summary>
    public static IServiceCollection AddCircuit(this IServiceCollection services, string name)
    {
        services.AddSingleton(new TrackedCircuit(name));
        if (!services.Any(s => s.ServiceType == typeof(CircuitStates)))
        {
            services.TryAddSingleton(provider => new CircuitStates(
                provider.GetServices<TrackedCircuit>(), provider.GetRequiredService<IMeterFactory>()));
            services.AddHostedService<CircuitStarter>();
            services.AddHealthChecks().AddCheck<CircuitFigures>("circuit_breakers", tags: [HealthTags.Figures]);
        }

        return services;
    }
}

/// <summary>A circuit that exists in this process.</summary>
internal sealed record TrackedCircuit(string Name);

/// <summary>Has the states made when the host starts, so that the gauge is there before the first call.</summary>
internal sealed class CircuitStarter(CircuitStates circuits) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.FromResult(circuits);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>An open circuit degrades the service: something that it calls is away.</summary>
internal sealed class CircuitFigures(CircuitStates circuits) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(new HealthCheckResult(
            circuits.AnyOpen ? HealthStatus.Degraded : HealthStatus.Healthy,
            data: circuits.Snapshot().ToDictionary(c => c.Key, c => (object)c.Value)));
}
