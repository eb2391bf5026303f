using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
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

    /// <summary>Without signals there is no reader.</summary>
    private static Results<ContentHttpResult, NotFound> Scrape([FromServices] PrometheusReader? reader) =>
        reader is null ? TypedResults.NotFound() : TypedResults.Text(reader.Scrape(), PrometheusReader.ContentType);
}
