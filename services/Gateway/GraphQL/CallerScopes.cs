using System.Globalization;
using Platform.Gateway.Authentication;
using Platform.Gateway.Caching;
using Platform.Gateway.Limits;
using Platform.Gateway.Pipeline;
using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>What the operations of a request may do, and the services' API for them.</summary>
internal sealed partial class CallerScopes(IHttpClientFactory clients, InternalTokenIssuer tokens, CachePurges purges, RateLimiter limiter, ILogger<CallerScopes> log)
{
    public RequestScope Of(HttpContext context)
    {
        var credential = GatewayRequest.Of(context).Credential!;
        var scope = new RequestScope
        {
            Services = context.RequestServices,
            Permits = credential.Caller.Permissions.Allows,
            Faulted = (exception, field) => LogFaulted(log, exception, field?.Field.Name),
        };
        var api = new CallerApi(clients, tokens, purges, limiter, credential, context);
        scope.SetApi(api);
        scope.SetCaller(credential);
        if (!context.Response.HasStarted)
        {
            // W3C Server-Timing: what the answer took behind the gateway.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.Append("Server-Timing", string.Create(CultureInfo.InvariantCulture, $"upstream;desc={api.Calls}"));
                return Task.CompletedTask;
            });
        }

        return scope;
    }

    [LoggerMessage(LogLevel.Error, "The GraphQL field {Field} failed")]
    private static partial void LogFaulted(ILogger logger, Exception exception, string? field);
}
