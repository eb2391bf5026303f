using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace Platform.ThreatIntel.Feeds;

/// <summary>
/// Asks sources: through the guard of addresses that users give, again after a while where a source is busy or away, and
/// for a while not at all where it keeps failing. Each tenant has circuits of its own.
/// </summary>
internal sealed class FeedHttp(GuardedHttp http, FeedVault vault, IOptions<ThreatIntelOptions> options, TimeProvider clock)
{
    private const int MostCircuits = 10_000;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(Guid Tenant, string Authority), ResiliencePipeline<HttpResponseMessage>> _pipelines = new();

    /// <summary>The answer, with its body still to be read; what it must be is for the caller to say.</summary>
    /// <exception cref="FeedException">There is no answer, or it is an error.</exception>
    public async Task<HttpResponseMessage> GetAsync(Feed feed, Uri address, Action<HttpRequestHeaders> ask, CancellationToken ct)
    {
        var secret = vault.Open(feed);
        try
        {
            var response = await PipelineOf(feed.TenantId, address.Authority).ExecuteAsync(
                async token =>
                {
                    using var request = new HttpRequestMessage(HttpMethod.Get, address);
                    ask(request.Headers);
                    Authorize(request.Headers, feed, secret);
                    GuardedHttp.Limit(request, LongestAnswer, options.Value.MaxImportBytes);
                    return await http.CreateClient().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
                },
                ct);
            if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
            {
                return response;
            }

            var status = (int)response.StatusCode;
            response.Dispose();
            throw new FeedException($"The source answered {status.ToString(CultureInfo.InvariantCulture)}.") { Data = { [StatusKey] = status } };
        }
        catch (BrokenCircuitException exception)
        {
            throw new FeedException("The source has failed again and again, and is left alone for a while.", exception);
        }
        catch (OutboundRefusedException exception)
        {
            throw new FeedException(exception.Message, exception);
        }
        catch (HttpRequestException exception)
        {
            throw new FeedException("The source cannot be reached.", exception);
        }
    }

    /// <summary>The status that a source answered, where that was the fault.</summary>
    public static int? StatusOf(FeedException exception) => exception.Data[StatusKey] as int?;

    private const string StatusKey = "status";

    private static void Authorize(HttpRequestHeaders headers, Feed feed, string? secret)
    {
        switch (feed.AuthKind)
        {
            case FeedAuthKind.Basic:
                headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{feed.AuthName}:{secret}")));
                break;
            case FeedAuthKind.Bearer:
                headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
                break;
            case FeedAuthKind.Header:
                headers.TryAddWithoutValidation(feed.AuthName!, secret);
                break;
        }
    }

    private ResiliencePipeline<HttpResponseMessage> PipelineOf(Guid tenant, string authority)
    {
        if (_pipelines.Count > MostCircuits)
        {
            _pipelines.Clear(); // a circuit too many is a circuit that begins closed
        }

        return _pipelines.GetOrAdd((tenant, authority), _ => Build());
    }

    private ResiliencePipeline<HttpResponseMessage> Build() => new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = 3,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = options.Value.FeedRetryDelay,
            MaxDelay = LongestWait,
            ShouldHandle = args => ValueTask.FromResult(Failed(args.Outcome) || args.Outcome.Result?.StatusCode == HttpStatusCode.TooManyRequests),
            DelayGenerator = args => ValueTask.FromResult(AskedFor(args.Outcome.Result)),
            OnRetry = args =>
            {
                args.Outcome.Result?.Dispose();
                return ValueTask.CompletedTask;
            },
        })
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
        {
            FailureRatio = 0.5,
            MinimumThroughput = 8,
            SamplingDuration = TimeSpan.FromMinutes(10),
            BreakDuration = TimeSpan.FromMinutes(1),
            ShouldHandle = args => ValueTask.FromResult(Failed(args.Outcome)),
        })
        .Build();

    /// <summary>The source is away or broken. What it refuses on purpose, it will refuse again.</summary>
    private static bool Failed(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: OutboundRefusedException { Reason: not OutboundRefusal.TooSlow } } => false,
        { Exception: HttpRequestException } => true,
        { Result.StatusCode: >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout } => true,
        _ => false,
    };

    private static TimeSpan? AskedFor(HttpResponseMessage? response) =>
        response?.Headers.RetryAfter?.Delta is { } wait ? (wait < LongestWait ? wait : LongestWait) : null;
}
