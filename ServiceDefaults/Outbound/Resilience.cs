using System.Net;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Platform.ServiceDefaults.Outbound;

/// <summary>The pipeline of a service client, from the outside: total time, retry, circuit breaker, time of one attempt.</summary>
internal static class Resilience
{
    /// <summary>A wait that the other side asks for beyond this is not waited for; the answer goes to the caller.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    public static ResiliencePipeline<HttpResponseMessage> Build(
        string name, ServiceClientOptions options, CircuitBreakerStateProvider circuit, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { Name = name, TimeProvider = time };
        builder.AddTimeout(options.TotalTimeout);
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = LongestWait,
                ShouldHandle = args => ValueTask.FromResult(MayRepeat(args.Context, args.Outcome)),
                DelayGenerator = args => ValueTask.FromResult(AskedFor(args.Outcome.Result)),
                OnRetry = args =>
                {
                    args.Outcome.Result?.Dispose();
                    return ValueTask.CompletedTask;
                },
            });
        }

        return builder
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                FailureRatio = options.BreakerFailureRatio,
                MinimumThroughput = options.BreakerMinimum,
                SamplingDuration = options.BreakerWindow,
                BreakDuration = options.BreakFor,
                StateProvider = circuit,
                ShouldHandle = args => ValueTask.FromResult(Failed(args.Outcome)),
            })
            .AddTimeout(options.AttemptTimeout)
            .Build();
    }

    private static bool MayRepeat(ResilienceContext context, Outcome<HttpResponseMessage> outcome)
    {
        if (!context.Properties.TryGetValue(ResilienceHandler.RequestKey, out var request) || !RequestSafety.IsReplayable(request))
        {
            return false;
        }

        // Nothing has been sent, so no method makes a difference.
        if (outcome.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError })
        {
            return true;
        }

        return RequestSafety.IsSafeToRepeat(request)
            && (Failed(outcome) || outcome.Result?.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout)
            && (AskedFor(outcome.Result) ?? TimeSpan.Zero) <= LongestWait;
    }

    /// <summary>The service is away or drowning. A 500 is an answer: one broken route must not cut off the others.</summary>
    private static bool Failed(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result.StatusCode: HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout } => true,
        _ => false,
    };

    private static TimeSpan? AskedFor(HttpResponseMessage? response) => response?.Headers.RetryAfter?.Delta;
}
