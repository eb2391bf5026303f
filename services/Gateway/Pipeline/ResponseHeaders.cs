using System.Diagnostics;
using Microsoft.Extensions.Primitives;
using Platform.Gateway.Audit;
using Platform.Gateway.Protection;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Pipeline;

/// <summary>
/// The headers of every answer, written last so that nothing a service sent stands beside them: ids, limits and the
/// browser's security rules.
/// </summary>
internal static class ResponseHeaders
{
    public const string TraceId = "X-Trace-ID";

    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues Deny = "DENY";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues SameOrigin = "same-origin";
    private static readonly StringValues Nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    private static readonly StringValues NoDevices = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
    private static readonly StringValues TwoYears = "max-age=63072000; includeSubDomains";

    /// <summary>Callback for <see cref="HttpResponse.OnStarting(Func{object, Task}, object)"/>.</summary>
    public static readonly Func<object, Task> OnStarting = static state =>
    {
        Write((HttpContext)state);
        return Task.CompletedTask;
    };

    private static void Write(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers[RequestId.Header] = context.TraceIdentifier;
        if (Activity.Current is { } activity)
        {
            headers[TraceId] = activity.TraceId.ToHexString();
        }

        var request = GatewayRequest.Of(context);
        request.Traffic?.Answered(context.Response.StatusCode, request.Started);
        request.Limit?.Write(headers);
        if (context.Response.StatusCode is >= StatusCodes.Status400BadRequest and < StatusCodes.Status405MethodNotAllowed)
        {
            context.RequestServices.GetRequiredService<ThreatGuard>().Refuse(context, context.Response.StatusCode);
        }

        if (context.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status429TooManyRequests
            && context.Features.Get<Fault>() is { } fault)
        {
            // A fault written here is the gateway's own; what a service refuses it tells the audit log itself.
            context.RequestServices.GetRequiredService<RefusalAudit>().Count(context, fault);
        }

        headers.XContentTypeOptions = NoSniff;
        headers.XFrameOptions = Deny;
        headers["Referrer-Policy"] = NoReferrer;
        headers["Cross-Origin-Opener-Policy"] = SameOrigin;
        headers["Permissions-Policy"] = NoDevices;
        if (StringValues.IsNullOrEmpty(headers.ContentSecurityPolicy))
        {
            // Pages bring a policy of their own; everything else is data and may load nothing.
            headers.ContentSecurityPolicy = Nothing;
        }

        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = TwoYears;
        }

        headers.Remove("Server");
        headers.Remove("X-Powered-By");
    }
}
