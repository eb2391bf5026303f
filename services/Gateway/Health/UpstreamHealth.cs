using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.Gateway.Health;

/// <summary>What the services say of themselves, asked at most once a second however often the gateway is asked.</summary>
internal sealed class UpstreamHealth(InternalApi api, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private readonly Lock _gate = new();
    private readonly Entry[] _entries = new Entry[Upstreams.All.Length];

    /// <summary>The last answer of a service's <c>/health</c>.</summary>
    public Task<UpstreamReport> GetAsync(int service, CancellationToken ct)
    {
        lock (_gate)
        {
            var entry = _entries[service];
            if (entry.Asking is null || (entry.Asking.IsCompleted && clock.GetElapsedTime(entry.AskedAt) > Fresh))
            {
                entry = _entries[service] = new Entry(AskAsync(Upstreams.All[service]), clock.GetTimestamp());
            }

            return entry.Asking!.WaitAsync(ct);
        }
    }

    private async Task<UpstreamReport> AskAsync(string service)
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            using var response = await api.GetAsync(service, "/health", patience.Token);
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(patience.Token));
            var checks = new Dictionary<string, HealthStatus>();
            if (json.RootElement.TryGetProperty("checks", out var all))
            {
                foreach (var check in all.EnumerateObject())
                {
                    if (check.Value.ValueKind == JsonValueKind.Object && check.Value.TryGetProperty("status", out var status))
                    {
                        checks[check.Name] = StatusOf(status.GetString());
                    }
                }
            }

            return new UpstreamReport(StatusOf(json.RootElement.GetProperty("status").GetString()), checks);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or KeyNotFoundException or OperationCanceledException)
        {
            return new UpstreamReport(HealthStatus.Unhealthy, new Dictionary<string, HealthStatus>());
        }
    }

    private static HealthStatus StatusOf(string? text) => text switch
    {
        "healthy" => HealthStatus.Healthy,
        "degraded" => HealthStatus.Degraded,
        _ => HealthStatus.Unhealthy,
    };

    private readonly record struct Entry(Task<UpstreamReport>? Asking, long AskedAt);
}

/// <summary>The state of a service and of its checks.</summary>
internal sealed record UpstreamReport(HealthStatus Status, IReadOnlyDictionary<string, HealthStatus> Checks);

/// <summary>A service as a check of the gateway: one that is away degrades the platform and does not close its door.</summary>
internal sealed class UpstreamCheck(UpstreamHealth health, int service) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var report = await health.GetAsync(service, cancellationToken);
        return report.Status == HealthStatus.Healthy ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus);
    }
}

/// <summary>The databases of all services as one check, as the seed's clients read it.</summary>
internal sealed class DatabaseCheck(UpstreamHealth health) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        for (var i = 0; i < Upstreams.All.Length; i++)
        {
            var report = await health.GetAsync(i, cancellationToken);
            if (report.Checks.TryGetValue("database", out var status) && status != HealthStatus.Healthy)
            {
                return new HealthCheckResult(context.Registration.FailureStatus);
            }
        }

        return HealthCheckResult.Healthy();
    }
}
