using Microsoft.AspNetCore.Http.Features;
using Platform.Contracts;
using Platform.Gateway.Proxy;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Pipeline;

/// <summary>Answers 404 where nothing is routed, and puts the route's size limit on the body.</summary>
internal sealed class RouteAdmission(RequestDelegate next)
{
    private static readonly Fault Unknown = new(ErrorCodes.NotFound, "There is nothing at this address.");

    private static readonly Fault Alone = new(ErrorCodes.ValidationError, "This address is not for batches: send the request by itself.");

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint)
        {
            return FaultWriter.WriteAsync(context, Unknown);
        }

        var rules = endpoint.Metadata.GetMetadata<RouteRules>() ?? RouteRules.Own;
        if (rules.OfSockets is { } ofSockets && AsksForSocket(context))
        {
            rules = ofSockets;
        }

        var request = GatewayRequest.Of(context);
        request.Rules = rules;
        if (request.IsInner && !rules.InBatch)
        {
            return FaultWriter.WriteAsync(context, Alone);
        }

        if (context.Request.ContentLength > rules.MaxBodyBytes)
        {
            // The body is on its way and nobody will read it.
            context.Response.Headers.Connection = "close";
            return FaultWriter.WriteAsync(context, TooLarge(rules.MaxBodyBytes));
        }

        var size = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (size is { IsReadOnly: false } && size.MaxRequestBodySize != rules.MaxBodyBytes)
        {
            size.MaxRequestBodySize = rules.MaxBodyBytes;
        }

        return next(context);
    }

    /// <summary>By HTTP/1.1 (RFC 6455, section 4.1) or HTTP/2 (RFC 8441).</summary>
    private static bool AsksForSocket(HttpContext context) =>
        context.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };

    public static Fault TooLarge(long limit) =>
        new(ErrorCodes.PayloadTooLarge, $"The body is larger than the {limit >> 20} MB that this address takes.");
}
