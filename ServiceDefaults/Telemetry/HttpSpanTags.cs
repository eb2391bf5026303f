using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults;

/// <summary>
/// Completes the server span, which ASP.NET Core 10 leaves without route, status and outcome (it does this itself from
/// version 11 on), and records the request's metrics.
/// </summary>
public static class HttpSpanTags
{
    private const int ClientClosedRequest = 499;

    /// <summary>Must be the first middleware: what runs before it is not measured.</summary>
    public static IApplicationBuilder UseHttpSpanTags(this IApplicationBuilder app)
    {
        var metrics = app.ApplicationServices.GetRequiredService<ApiMetrics>();
        return app.Use(next => context => ObserveAsync(context, next, metrics));
    }

    private static async Task ObserveAsync(HttpContext context, RequestDelegate next, ApiMetrics metrics)
    {
        var started = Stopwatch.GetTimestamp();
        Exception? thrown = null;
        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            thrown = exception;
            throw;
        }
        finally
        {
            Complete(context, thrown, Stopwatch.GetElapsedTime(started), metrics);
        }
    }

    private static void Complete(HttpContext context, Exception? thrown, TimeSpan elapsed, ApiMetrics metrics)
    {
        var handled = context.Features.Get<IExceptionHandlerFeature>();
        var failure = thrown ?? handled?.Error;
        var aborted = context.RequestAborted.IsCancellationRequested && failure is OperationCanceledException or IOException;
        var status = aborted ? ClientClosedRequest : thrown is null ? context.Response.StatusCode : StatusCodes.Status500InternalServerError;
        var route = RouteOf(handled?.Endpoint ?? context.GetEndpoint());
        var method = KnownMethod(context.Request.Method);

        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span)
        {
            Tag(span, method, route, status, failure);
        }

        if (OperationalPaths.Contains(context.Request.Path.Value))
        {
            return;
        }

        var endpoint = route ?? "unmatched";
        metrics.Answered(endpoint, method, status);
        if (!IsLongLived(context.Response))
        {
            metrics.Took(endpoint, elapsed);
        }
    }

    private static void Tag(Activity span, string method, string? route, int status, Exception? failure)
    {
        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag("http.response.status_code", status);
        if (route is not null)
        {
            span.SetTag("http.route", route);
        }

        if (status < StatusCodes.Status500InternalServerError)
        {
            return;
        }

        // The type alone: the message may quote what the caller sent. The log line of the fault carries the rest, scrubbed.
        span.SetTag("error.type", failure?.GetType().FullName ?? status.ToString(CultureInfo.InvariantCulture));
        span.SetStatus(ActivityStatusCode.Error);
    }

    private static string? RouteOf(Endpoint? endpoint) => (endpoint as RouteEndpoint)?.RoutePattern.RawText;

    // Anything else is the caller's invention and would make a time series each (semantic conventions: _OTHER).
    private static string KnownMethod(string method) =>
        method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" or "TRACE" or "CONNECT" ? method : "_OTHER";

    // A stream lasts as long as its reader likes; its length says nothing about latency.
    private static bool IsLongLived(HttpResponse response) =>
        response.StatusCode == StatusCodes.Status101SwitchingProtocols
        || response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;
}
