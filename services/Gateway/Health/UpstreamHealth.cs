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
            var circuits = new Dictionary<string, string>();
            if (json.RootElement.TryGetProperty("checks", out var all))
            {
                foreach (var check in all.EnumerateObject())
                {
                    if (check.Value.ValueKind != JsonValueKind.Object)
                    {
                        continue;
                    }

                    if (check.Value.TryGetProperty("status", out var status))
                    {
                        checks[check.Name] = StatusOf(status.GetString());
                    }
                    else if (check.NameEquals("circuit_breakers"))
                    {
                        foreach (var circuit in check.Value.EnumerateObject())
                        {
                            circuits[circuit.Name] = circuit.Value.ToString();
                        }
                    }
                }
            }

            return new UpstreamReport(StatusOf(json.RootElement.GetProperty("status").GetString()), checks, circuits);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or KeyNotFoundException or OperationCanceledException)
        {
            return UpstreamReport.Away;
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

/// <summary>The state of a service, of its checks and of its circuit breakers.</summary>
internal sealed record UpstreamReport(HealthStatus Status, IReadOnlyDictionary<string, HealthStatus> Checks, IReadOnlyDictionary<string, string> Circuits)
{
    /// <summary>Of a service that did not answer.</summary>
    public static readonly UpstreamReport Away = new(HealthStatus.Unhealthy, new Dictionary<string, HealthStatus>(), new Dictionary<string, string>());
}

/// <summary>A service as a check of the gateway: one that is away degrades the platform and does not close its door.</summary>
internal sealed class UpstreamCheck(UpstreamHealth health, int service) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var report = await health.GetAsync(service, cancellationToken);
        return report.Status == HealthStatus.Healthy ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus);
    }
}
