using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults;

/// <summary>What is recorded of every request.</summary>
public static class HttpSpanTags
{
    /// <summary>
    /// Completes the server span, which ASP.NET Core 10 leaves without route, status and outcome (it does this itself
    /// from version 11 on), records <c>api_requests_total</c> and <c>api_latency_seconds</c> and logs
    /// <c>request_processed</c>. Must be the first middleware: what runs before it is not measured.
    /// </summary>
    public static IApplicationBuilder UseHttpSpanTags(this IApplicationBuilder app)
    {
        var observer = app.ApplicationServices.GetRequiredService<RequestObserver>();
        return app.Use(next => context => observer.ObserveAsync(context, next));
    }
}
