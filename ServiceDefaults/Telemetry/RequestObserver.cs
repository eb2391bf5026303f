using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>Span, metrics and log line of one request, written when its answer is complete.</summary>
internal sealed partial class RequestObserver(ApiMetrics metrics, IOptions<TelemetryOptions> options, ILoggerFactory loggers)
{
    public const string Category = "Platform.Requests";

    private readonly ILogger _logger = loggers.CreateLogger(Category);
    private readonly Reservoir _logged = new(options.Value.RequestLogsPerSecond, options.Value.RequestLogRatio, TimeProvider.System);

    public async Task ObserveAsync(HttpContext context, RequestDelegate next)
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
            Complete(context, thrown, Stopwatch.GetElapsedTime(started));
        }
    }

    private void Complete(HttpContext context, Exception? thrown, TimeSpan elapsed)
    {
        var handled = context.Features.Get<IExceptionHandlerFeature>();
        var status = StatusOf(context, thrown);
        var route = RouteOf(handled?.Endpoint ?? context.GetEndpoint());
        var method = KnownMethod(context.Request.Method);

        var isOperational = OperationalPaths.Contains(context.Request.Path.Value);
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { } span
            && (span.IsAllDataRequested || (status >= StatusCodes.Status500InternalServerError && !isOperational)))
        {
            Tag(span, method, route, status, thrown ?? handled?.Error);
        }

        if (isOperational)
        {
            return;
        }

        var endpoint = route ?? "unmatched";
        metrics.Answered(endpoint, method, status);
        if (!IsLongLived(context.Response))
        {
            metrics.Took(endpoint, elapsed);
        }

        if (_logger.IsEnabled(LogLevel.Information) && (status >= StatusCodes.Status500InternalServerError || _logged.Takes()))
        {
            var tenant = context.RequestServices.GetService<CallContext>()?.TenantIdOrNull;
            LogProcessed(tenant, method, endpoint, status, Math.Round(elapsed.TotalMilliseconds, 3));
        }
    }

    private static int StatusOf(HttpContext context, Exception? thrown)
    {
        if (thrown is null)
        {
            return context.Response.StatusCode;
        }

        return context.RequestAborted.IsCancellationRequested && thrown is OperationCanceledException or IOException
            ? StatusCodes.Status499ClientClosedRequest
            : StatusCodes.Status500InternalServerError;
    }

    private static void Tag(Activity span, string method, string? route, int status, Exception? failure)
    {
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.Fail(failure?.GetType().FullName ?? status.ToString(CultureInfo.InvariantCulture));
        }

        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag("http.response.status_code", status);
        if (route is not null)
        {
            span.SetTag("http.route", route);
        }
    }

    private static string? RouteOf(Endpoint? endpoint) => (endpoint as RouteEndpoint)?.RoutePattern.RawText;

    // Anything else is the caller's invention and would make a time series each (semantic conventions: _OTHER).
    private static string KnownMethod(string method) =>
        method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" or "TRACE" or "CONNECT" ? method : "_OTHER";

    // A stream lasts as long as its reader likes; its length says nothing about latency.
    private static bool IsLongLived(HttpResponse response) =>
        response.StatusCode == StatusCodes.Status101SwitchingProtocols
        || response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;

    [LoggerMessage(LogLevel.Information, "request_processed {Tenant} {Method} {Endpoint} {StatusCode} {DurationMs}", EventName = "request_processed")]
    private partial void LogProcessed(Guid? tenant, string method, string endpoint, int statusCode, double durationMs);
}
