using Platform.Gateway.Authentication;
using Platform.Gateway.Proxy;

namespace Platform.Gateway.Pipeline;

/// <summary>What the gateway knows of the request at hand; one object per request, filled on its way through the pipeline.</summary>
internal sealed class GatewayRequest(long started)
{
    /// <summary><see cref="System.Diagnostics.Stopwatch"/> timestamp of the request's arrival.</summary>
    public long Started { get; } = started;

    /// <summary>The rules of the matched route.</summary>
    public RouteRules Rules { get; set; } = RouteRules.Own;

    /// <summary>Who calls; null until authentication has run.</summary>
    public Credential? Credential { get; set; }

    /// <summary>The request's state, set by the first middleware of the gateway.</summary>
    public static GatewayRequest Of(HttpContext context) => context.Features.Get<GatewayRequest>()!;
}
