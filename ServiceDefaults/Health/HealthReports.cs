using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults.Health;

/// <summary>The latest run of the health checks; one run at a time, shared by everybody who asks meanwhile.</summary>
internal sealed class HealthReports(HealthCheckService checks, IOptions<HealthOptions> options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _cacheFor = options.Value.CacheFor;
    private Task<HealthReport>? _run;
    private long _finishedAt;

    public Task<HealthReport> GetAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_run is null || (_run.IsCompleted && (!_run.IsCompletedSuccessfully || time.GetElapsedTime(_finishedAt) >= _cacheFor)))
            {
                _run = RunAsync();
            }

            return _run.WaitAsync(cancellationToken);
        }
    }

    // Without the token of the one who asked first: the others wait for the same run.
    private async Task<HealthReport> RunAsync()
    {
        await Task.Yield();
        var report = await checks.CheckHealthAsync(CancellationToken.None);
        _finishedAt = time.GetTimestamp();
        return report;
    }
}
