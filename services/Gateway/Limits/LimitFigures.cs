using System.Diagnostics.Metrics;

namespace Platform.Gateway.Limits;

/// <summary>
/// <c>rate_limit_decisions_total{result}</c>, and <c>rate_limit_local</c>: 1 while limits are counted in this process.
/// Counted without a measurement each, because every request is decided on.
/// </summary>
internal sealed class LimitFigures
{
    private long _allowed;
    private long _refused;

    public LimitFigures(IMeterFactory meters, RateLimiter limiter)
    {
        var meter = meters.Create("Platform.Gateway");
        meter.CreateObservableCounter("rate_limit_decisions_total", Observe, null, "Requests that the rate limiter decided on, by result.");
        meter.CreateObservableGauge("rate_limit_local", () => limiter.IsLocal ? 1 : 0, null, "1 while Redis is away and limits are counted in this process.");
    }

    public void Decided(bool allowed) => Interlocked.Increment(ref allowed ? ref _allowed : ref _refused);

    private Measurement<long>[] Observe() =>
    [
        new(Interlocked.Read(ref _allowed), new KeyValuePair<string, object?>("result", "allowed")),
        new(Interlocked.Read(ref _refused), new KeyValuePair<string, object?>("result", "refused")),
    ];
}
