using System.Diagnostics;
using System.Globalization;
using Platform.Gateway.Authentication;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Revocation;
using Platform.Gateway.Signatures;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Proxy;

/// <summary>Last step before YARP: the client's credential gives way to an internal token, and the gateway states who called from where.</summary>
internal sealed class Forwarding(RequestDelegate next, InternalTokenIssuer tokens, OpenStreams streams, TimeProvider clock)
{
    private const string ForwardedHost = "X-Forwarded-Host";

    private static readonly int Identity = Upstreams.IndexOf(Upstreams.Identity);

    public async Task InvokeAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        if (request.Rules.Service >= 0)
        {
            State(context, request);
        }

        using (var span = ServiceCall.Begin(context, request.Rules))
        {
            if (request.Rules.Streams)
            {
                using (streams.Add(context, request.Credential!))
                {
                    await next(context);
                }
            }
            else
            {
                await next(context);
            }

            ServiceCall.End(span, context);
        }

        if (!context.Response.HasStarted && ProxyFaults.Of(context) is { } fault)
        {
            await FaultWriter.WriteAsync(context, fault);
        }
    }

    private void State(HttpContext context, GatewayRequest request)
    {
        var headers = context.Request.Headers;
        var rules = request.Rules;
        if (rules.Protocol)
        {
            // OAuth client authentication (RFC 6749, section 2.3.1) is for Identity to check.
            if (headers.Authorization.Count == 1)
            {
                headers[HeaderHygiene.ClientAuthorization] = headers.Authorization;
            }
        }
        else
        {
            headers.Remove("Cookie");
            headers.Remove(DpopProof.Header);
        }

        headers.Remove(ClientAuthentication.ApiKeyHeader);
        RequestSignatures.Strip(headers);
        headers.Authorization = tokens.HeaderFor(request.Credential!, rules.Service);
        headers[HeaderHygiene.ClientAddress] = HeaderHygiene.AddressOf(context.Connection.RemoteIpAddress);
        if (rules.Service == Identity)
        {
            // Whether a token came twice at once or came back later is judged by the time at the door, not by how long it waited behind it.
            headers[HeaderHygiene.ClientArrived] = ArrivalOf(request).ToString(CultureInfo.InvariantCulture);
        }

        headers[ForwardedHost] = context.Request.Host.Value;
        headers[RequestId.Header] = context.TraceIdentifier;
    }

    private long ArrivalOf(GatewayRequest request) =>
        (clock.GetUtcNow() - Stopwatch.GetElapsedTime(request.Started) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
