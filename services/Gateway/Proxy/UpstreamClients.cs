using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Platform.Gateway.Proxy;

/// <summary>Makes YARP's clients, each behind an <see cref="UpstreamHandler"/> of its own.</summary>
internal sealed class UpstreamClients(IOptions<GatewayOptions> options, TimeProvider clock) : ForwarderHttpClientFactory
{
    private readonly UpstreamLimits _limits = new(options.Value.MostUnderWay, FailuresToOpen: 5, OpenFor: TimeSpan.FromSeconds(1));

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = TimeSpan.FromSeconds(2);
        handler.PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2);
        handler.AutomaticDecompression = System.Net.DecompressionMethods.None;
        // ServiceCall makes the span, and passes the trace on.
        handler.ActivityHeadersPropagator = null;
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new UpstreamHandler(base.WrapHandler(context, handler), _limits, clock);
}
