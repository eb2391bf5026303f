using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Platform.ServiceDefaults;

/// <summary>
/// Tells the audit log of every request that is refused for want of rights, whoever decides it, and of those that succeed at
/// endpoints which are <see cref="AuditMapping.Audited"/>.
/// </summary>
internal static partial class RequestAudit
{
    public const string RefusedAction = "access_refused";
    private const string AddressHeader = "X-Client-Address";

    public static IApplicationBuilder UseRequestAudit(this IApplicationBuilder app)
    {
        var recorder = new AuditRecorder(app.ApplicationServices, app.ApplicationServices.GetRequiredService<TimeProvider>());
        var log = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Platform.Audit");
        return app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (FaultException exception)
            {
                await RecordAsync(context, exception.Fault.Status, recorder, log);
                throw;
            }

            await RecordAsync(context, context.Response.StatusCode, recorder, log);
        });
    }

    private static async Task RecordAsync(HttpContext context, int status, AuditRecorder recorder, ILogger log)
    {
        var audited = status < StatusCodes.Status400BadRequest ? context.GetEndpoint()?.Metadata.GetMetadata<AuditedAction>() : null;
        if (status != StatusCodes.Status403Forbidden && audited is null)
        {
            return;
        }

        var call = context.RequestServices.GetRequiredService<CallContext>();
        if (!call.HasCaller || call.Kind == CallerKind.Service)
        {
            return;
        }

        var (action, resource, outcome, details) = audited is null
            ? (RefusedAction, EndpointOf(context), "refused", PermissionOf(context))
            : (audited.Action, ResourceOf(context, audited.Kind), "success", null);
        var address = context.Request.Headers[AddressHeader].ToString() is { Length: > 0 } given ? given : null;
        try
        {
            // What was done was done, also when its client has gone away.
            await recorder.RecordAsync(call.Caller, action, resource, outcome, address, details, CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogNotRecorded(log, exception, action, resource);
        }
    }

    private static string EndpointOf(HttpContext context)
    {
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "";
        return $"endpoint/{context.Request.Method} /{route.Trim('/')}";
    }

    private static Dictionary<string, string>? PermissionOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<RequiredPermission>() is { } required ? new() { ["permission"] = required.Permission } : null;

    private static string ResourceOf(HttpContext context, string kind)
    {
        if (context.Request.RouteValues.TryGetValue("id", out var id) && id is string text)
        {
            return $"{kind}/{text}";
        }

        var location = context.Response.Headers.Location.ToString();
        return location.LastIndexOf('/') is >= 0 and var at ? $"{kind}/{location[(at + 1)..]}" : kind;
    }

    [LoggerMessage(LogLevel.Error, "The audit log does not hear of {Action} of {Resource}")]
    private static partial void LogNotRecorded(ILogger logger, Exception exception, string action, string resource);
}
