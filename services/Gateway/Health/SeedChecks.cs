using Microsoft.Extensions.Diagnostics.HealthChecks;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Health;

/// <summary>The databases of all services as one check, as the seed's clients read it.</summary>
internal sealed class DatabaseCheck(UpstreamHealth health) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await StatusAsync(health, cancellationToken) == HealthStatus.Healthy ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus);

    public static async Task<HealthStatus> StatusAsync(UpstreamHealth health, CancellationToken ct)
    {
        for (var i = 0; i < Upstreams.All.Length; i++)
        {
            var report = await health.GetAsync(i, ct);
            if (report.Checks.TryGetValue("database", out var status) && status != HealthStatus.Healthy)
            {
                return status;
            }
        }

        return HealthStatus.Healthy;
    }
}

/// <summary>The agent's language model, as the agent tells of it; where it has none of its own to tell of, the agent itself.</summary>
internal sealed class ModelCheck(UpstreamHealth health) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var report = await health.GetAsync(Upstreams.IndexOf(Upstreams.Agent), cancellationToken);
        return report.Checks.GetValueOrDefault("llm", report.Status) == HealthStatus.Healthy
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus);
    }
}

/// <summary>
/// The gateway's own circuit breakers, and the three that the seed's clients read: <c>vanna</c> (the way to the agent),
/// <c>llm</c> (the agent's way to its model) and <c>database</c> (open while a service cannot reach its store).
/// </summary>
internal sealed class CircuitsCheck(UpstreamHealth health, CircuitStates own) : IHealthCheck
{
    public const string Name = "circuit_breakers";
    private const string Open = "open";
    private const string Closed = "closed";

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var states = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, state) in own.Snapshot())
        {
            states[name] = state;
        }

        var agent = await health.GetAsync(Upstreams.IndexOf(Upstreams.Agent), cancellationToken);
        states["vanna"] = ReferenceEquals(agent, UpstreamReport.Away) ? Open : states.GetValueOrDefault(Upstreams.Agent, Closed);
        states["llm"] = agent.Circuits.GetValueOrDefault("llm", Closed);
        states["database"] = await DatabaseCheck.StatusAsync(health, cancellationToken) == HealthStatus.Healthy ? Closed : Open;
        return new HealthCheckResult(states.ContainsValue(Open) ? HealthStatus.Degraded : HealthStatus.Healthy, data: states);
    }
}
