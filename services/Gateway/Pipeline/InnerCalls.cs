using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Platform.Gateway.Audit;
using Platform.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Platform.Gateway.Pipeline;

/// <summary>A request that the gateway makes to itself on a caller's behalf, such as a part of a batch.</summary>
/// <param name="Method">GET, POST, …</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">Headers that the caller may set; the credential is not among them.</param>
/// <param name="Body">The body; none when empty.</param>
internal sealed record InnerRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);

/// <summary>
/// Sends requests through the gateway's own pipeline, from routing on, without a connection: with the credential that the
/// outer request was let in by, and with everything that an outer request is subject to.
/// </summary>
internal sealed class InnerCalls(IServiceScopeFactory scopes)
{
    private RequestDelegate? _pipeline;

    /// <summary>Keeps the pipeline from this place on; costs a passing request nothing.</summary>
    public RequestDelegate From(RequestDelegate next)
    {
        _pipeline = next;
        return next;
    }

    /// <summary>Runs a request; the answer is complete when this returns.</summary>
    /// <param name="outer">The request on whose behalf it is made.</param>
    /// <param name="request">What to ask.</param>
    /// <param name="number">Tells it apart from others of the same outer request.</param>
    /// <param name="room">Bytes that answers may have.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<InnerResponse> SendAsync(HttpContext outer, InnerRequest request, int number, AnswerRoom room, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var response = new InnerResponse(room, ending);
        var context = Create(outer, request, number, response, scope.ServiceProvider, ending.Token);
        try
        {
            await _pipeline!(context);
            await response.CompleteAsync(context);
            if (response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status429TooManyRequests
                && context.Features.Get<Fault>() is { } fault)
            {
                scope.ServiceProvider.GetRequiredService<RefusalAudit>().Count(context, fault);
            }
        }
        catch (OperationCanceledException) when (response.Overflowed)
        {
        }
        catch (IOException) when (response.Overflowed)
        {
        }

        return response;
    }

    /// <summary>
    /// Makes a request, let in before, once more from a place of the pipeline on, and with nobody waiting for it. Whatever it
    /// needs of the outer request is taken over before this returns.
    /// </summary>
    /// <returns>The answer and the id of the request that it is to.</returns>
    public async Task<(InnerResponse Response, string Id)> RepeatAsync(HttpContext outer, InnerRequest request, RequestDelegate from, AnswerRoom room, TimeSpan patience)
    {
        await using var scope = scopes.CreateAsyncScope();
        using var ending = new CancellationTokenSource(patience);
        var response = new InnerResponse(room, ending);
        var context = Create(outer, request, 0, response, scope.ServiceProvider, ending.Token);
        var (mine, theirs) = (GatewayRequest.Of(context), GatewayRequest.Of(outer));
        mine.Rules = theirs.Rules;
        mine.Tenant = theirs.Tenant;
        context.SetEndpoint(outer.GetEndpoint());
        foreach (var (name, value) in outer.Request.RouteValues)
        {
            context.Request.RouteValues[name] = value;
        }

        await from(context);
        await response.CompleteAsync(context);
        return context.Features.Get<IForwarderErrorFeature>() is null ? (response, context.TraceIdentifier) : throw new IOException("The service did not answer to the end.");
    }

    private static DefaultHttpContext Create(
        HttpContext outer, InnerRequest request, int number, InnerResponse response, IServiceProvider services, CancellationToken ct)
    {
        var query = request.Target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? request.Target : request.Target[..query];
        var headers = new HeaderDictionary { ["Host"] = outer.Request.Headers.Host };
        foreach (var (name, value) in request.Headers)
        {
            headers[name] = value;
        }

        if (request.Body.Length > 0)
        {
            headers.ContentLength = request.Body.Length;
        }

        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = outer.Request.Protocol,
            Scheme = outer.Request.Scheme,
            Method = request.Method,
            Path = Uri.UnescapeDataString(path),
            QueryString = query < 0 ? "" : request.Target[query..],
            RawTarget = request.Target,
            Headers = headers,
            Body = new MemoryStream(request.Body.ToArray(), writable: false),
        });
        features.Set<IHttpRequestBodyDetectionFeature>(new BodyDetection(request.Body.Length > 0));
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(response.Body));
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = ct });
        features.Set<IHttpRequestIdentifierFeature>(new HttpRequestIdentifierFeature { TraceIdentifier = IdOf(outer.TraceIdentifier, number) });
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature
        {
            ConnectionId = outer.Connection.Id,
            RemoteIpAddress = outer.Connection.RemoteIpAddress,
            RemotePort = outer.Connection.RemotePort,
            LocalIpAddress = outer.Connection.LocalIpAddress ?? IPAddress.Loopback,
            LocalPort = outer.Connection.LocalPort,
        });
        features.Set(new GatewayRequest(Stopwatch.GetTimestamp()) { Credential = GatewayRequest.Of(outer).Credential, IsInner = true });
        return new DefaultHttpContext(features) { RequestServices = services };
    }

    private static string IdOf(string outer, int number)
    {
        var suffix = "." + number.ToString(CultureInfo.InvariantCulture);
        return outer[..Math.Min(outer.Length, 128 - suffix.Length)] + suffix;
    }

    private sealed record BodyDetection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
