using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Platform.ServiceDefaults.Outbound;

/// <summary>Runs the calls of one service client through its pipeline.</summary>
internal sealed class ResilienceHandler(string client, LivePipeline pipeline) : DelegatingHandler
{
    public static readonly ResiliencePropertyKey<HttpRequestMessage> RequestKey = new("Platform.Request");

    private static readonly string[] TraceHeaders = ["traceparent", "tracestate", "baggage"];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(RequestKey, request);
        try
        {
            var sending = new Sending(this, request);
            return await pipeline.Current.ExecuteAsync(static (context, sending) => sending.OnceAsync(context.CancellationToken), context, sending);
        }
        catch (BrokenCircuitException exception)
        {
            throw new UpstreamException(client, UpstreamFailure.Unavailable, exception.RetryAfter, exception);
        }
        catch (TimeoutRejectedException exception)
        {
            throw new UpstreamException(client, UpstreamFailure.Timeout, null, exception);
        }
        catch (HttpRequestException exception)
        {
            throw new UpstreamException(client, UpstreamFailure.Unavailable, null, exception);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>The attempts at one request.</summary>
    private sealed class Sending(ResilienceHandler handler, HttpRequestMessage request)
    {
        private readonly bool _bringsItsTrace = request.Headers.Contains(TraceHeaders[0]);
        private bool _again;

        public async ValueTask<HttpResponseMessage> OnceAsync(CancellationToken cancellationToken)
        {
            if (_again && !_bringsItsTrace)
            {
                // The span of the attempt before left its id; each attempt is a span of its own.
                foreach (var header in TraceHeaders)
                {
                    request.Headers.Remove(header);
                }
            }

            _again = true;
            return await handler.SendInnerAsync(request, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendInnerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (OperationCanceledException exception) when (exception.InnerException is TimeoutException)
        {
            // A connection that was not made in time looks like a cancellation, which nobody asked for.
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The connection was not made in time.", exception);
        }
    }
}
