using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>
/// What is not kept of others' instruments: labels that grow with time or name an address, and figures that nobody reads
/// but every request pays for.
/// </summary>
internal static class MetricViews
{
    /// <summary>Time series of one instrument; what comes beyond is counted under one label that says so.</summary>
    private const int MostSeries = 1000;

    public static MetricStreamConfiguration? Of(Instrument instrument) => (instrument.Meter.Name, instrument.Name) switch
    {
        ("System.Net.Http", "http.client.active_requests" or "http.client.open_connections" or "http.client.request.time_in_queue" or "http.client.connection.duration") => MetricStreamConfiguration.Drop,
        ("Microsoft.AspNetCore.Hosting", "http.server.active_requests") => MetricStreamConfiguration.Drop,
        ("Microsoft.AspNetCore.Routing", _) => MetricStreamConfiguration.Drop,
        // The names of queues and of temporary ones hold the instance.
        ("MassTransit", _) => Only("messaging.masstransit.message_type", "messaging.masstransit.consumer_type", "messaging.masstransit.exception_type"),
        _ => new MetricStreamConfiguration { CardinalityLimit = MostSeries },
    };

    private static MetricStreamConfiguration Only(params string[] labels) => new() { TagKeys = labels, CardinalityLimit = MostSeries };
}
