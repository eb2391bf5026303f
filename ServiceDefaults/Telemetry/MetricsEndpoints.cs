using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Prometheus.TextFormat;

namespace Platform.ServiceDefaults;

/// <summary>The scrape target of this process.</summary>
public static class MetricsEndpoints
{
    /// <summary>Maps <c>/metrics</c>, Prometheus text format 0.0.4, on the management port only.</summary>
    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder endpoints) => endpoints
        .MapGet("/metrics", Scrape)
        .OnManagementPort()
        .AllowAnonymous()
        .ExcludeFromDescription();

    private static ContentHttpResult Scrape(PrometheusReader reader) =>
        TypedResults.Text(reader.Scrape(), PrometheusReader.ContentType);
}
