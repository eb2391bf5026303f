using Platform.Contracts;
using Platform.Gateway.Pipeline;
using Platform.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Platform.Gateway.Proxy;

/// <summary>Turns what went wrong between gateway and service into a fault of the request's convention.</summary>
internal static class ProxyFaults
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private static readonly Fault Unavailable = new(ErrorCodes.UpstreamUnavailable, "The service behind this address cannot be reached.", RetryAfter: Soon);
    private static readonly Fault Nobody = new(ErrorCodes.ServiceUnavailable, "No instance of the service behind this address is ready.", RetryAfter: Soon);
    private static readonly Fault TimedOut = new(ErrorCodes.UpstreamTimeout, "The service behind this address did not answer in time.", RetryAfter: Soon);
    private static readonly Fault BadBody = new(ErrorCodes.MalformedRequest, "The body could not be read to its end.");

    /// <summary>The fault of a request that was not proxied to its end; null when it was, or when the client left.</summary>
    public static Fault? Of(HttpContext context)
    {
        if (context.Features.Get<IForwarderErrorFeature>() is not { } failure || context.RequestAborted.IsCancellationRequested)
        {
            return null;
        }

        if (failure.Exception is { } exception && Find(exception) is { } bad)
        {
            return bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? RouteAdmission.TooLarge(GatewayRequest.Of(context).Rules.MaxBodyBytes)
                : BadBody;
        }

        if (failure.Exception is UpstreamRefusedException or { InnerException: UpstreamRefusedException })
        {
            return Nobody;
        }

        return failure.Error switch
        {
            ForwarderError.NoAvailableDestinations => Nobody,
            ForwarderError.RequestTimedOut => TimedOut,
            ForwarderError.RequestBodyClient => BadBody,
            _ => Unavailable,
        };
    }

    private static BadHttpRequestException? Find(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is BadHttpRequestException bad)
            {
                return bad;
            }

            if (current is AggregateException several)
            {
                foreach (var inner in several.InnerExceptions)
                {
                    if (Find(inner) is { } found)
                    {
                        return found;
                    }
                }
            }
        }

        return null;
    }
}
