using System.Diagnostics;
using System.Globalization;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Proxy;

/// <summary>
/// The span of the call to a service, by the semantic conventions of HTTP clients. Only a trace that is recorded has one:
/// the runtime's own would be made for every request, to be dropped for nearly all of them.
/// </summary>
internal static class ServiceCall
{
    private static readonly ActivitySource Source = new("Platform.Gateway.Proxy");

    /// <summary>Begins the span where there is one, and tells the service what it is part of (W3C Trace Context).</summary>
    public static Activity? Begin(HttpContext context, RouteRules rules)
    {
        if (rules.Service < 0)
        {
            return null;
        }

        var span = Activity.Current is { Recorded: true } ? Source.StartActivity(context.Request.Method, ActivityKind.Client) : null;
        span?.SetTag("http.request.method", context.Request.Method);
        span?.SetTag("server.address", Upstreams.All[rules.Service]);

        var headers = context.Request.Headers;
        var current = Activity.Current;
        headers.TraceParent = current?.Id;
        headers.TraceState = current?.TraceStateString;
        // Of a client nobody here knows what it would carry into every service.
        headers.Baggage = default;
        headers.CorrelationContext = default;
        headers.RequestId = default;
        return span;
    }

    /// <summary>Says how it went; a status from 400 on is an error of a client's span.</summary>
    public static void End(Activity? span, HttpContext context)
    {
        if (span is null)
        {
            return;
        }

        var status = context.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (ProxyFaults.Of(context) is { } fault)
        {
            span.Fail(fault.Code);
        }
        else if (status >= StatusCodes.Status400BadRequest)
        {
            span.Fail(status.ToString(CultureInfo.InvariantCulture));
        }
    }
}
