using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>The platform's two figures per request; the names are what dashboards and alert rules ask for.</summary>
internal sealed class ApiMetrics
{
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _latency;

    public ApiMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(SignalSources.Own);
        _requests = meter.CreateCounter<long>("api_requests_total", null, "API requests answered, by route pattern, method and status.");
        _latency = meter.CreateHistogram(
            "api_latency_seconds",
            "s",
            "Time from the request's first byte to the end of its answer, by route pattern.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
            });
    }

    public void Answered(string endpoint, string method, int status) => _requests.Add(
        1,
        new TagList
        {
            { "endpoint", endpoint },
            { "method", method },
            { "status_code", status.ToString(CultureInfo.InvariantCulture) },
        });

    public void Took(string endpoint, TimeSpan elapsed) =>
        _latency.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("endpoint", endpoint));
}
