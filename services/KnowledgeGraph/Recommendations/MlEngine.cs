using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.KnowledgeGraph.Pipeline;
using Platform.ServiceDefaults;
using Polly;
using Polly.CircuitBreaker;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>What an outside engine recommends.</summary>
internal sealed record EngineItem(string ItemId, double Score, IReadOnlyList<string> Reasons);

/// <summary>
/// The outside engine, where the operator names one: <c>POST /internal/ml/recommendations</c> {tenant_id, user_id, count, filters}
/// answers a list of {item_id, score?, reasons?}, bare or as <c>recommendations</c>. It has 10 seconds; when it fails, or has failed again
/// and again, the built-in models answer.
/// </summary>
internal sealed partial class MlEngine
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private const long MostBytes = 4 * 1024 * 1024;

    private readonly GuardedHttp _http;
    private readonly Uri? _address;
    private readonly ILogger<MlEngine> _log;
    private readonly ResiliencePipeline _breaker;

    public MlEngine(GuardedHttp http, IOptions<OutsideOptions> options, TimeProvider clock, ILogger<MlEngine> log)
    {
        (_http, _address, _log) = (http, options.Value.MlEngine, log);
        _breaker = new ResiliencePipelineBuilder { TimeProvider = clock }.AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = 0.5,
            MinimumThroughput = 5,
            SamplingDuration = TimeSpan.FromSeconds(60),
            BreakDuration = TimeSpan.FromSeconds(30),
            ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<JsonException>(),
        }).Build();
    }

    /// <summary>The engine's answer; null where there is none.</summary>
    public async Task<IReadOnlyList<EngineItem>?> RecommendAsync(Guid tenant, RecommendationRequest request, CancellationToken ct)
    {
        if (_address is null)
        {
            return null;
        }

        try
        {
            return await _breaker.ExecuteAsync(async token => await AskAsync(tenant, request, token), ct);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException)
        {
            LogFailed(_log, exception);
            return null;
        }
        catch (BrokenCircuitException)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<EngineItem>> AskAsync(Guid tenant, RecommendationRequest request, CancellationToken ct)
    {
        var filters = JsonSerializer.SerializeToElement(request.Filters ?? RecommendationFilters.None, Json.Options);
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(_address!, "internal/ml/recommendations"))
        {
            Content = JsonContent.Create(new { tenant_id = tenant, user_id = request.UserId, count = request.Count, filters }),
        };
        GuardedHttp.Limit(message, Patience, MostBytes);
        using var response = await _http.CreateClient().SendAsync(message, ct);
        response.EnsureSuccessStatusCode();
        return Read(await response.Content.ReadFromJsonAsync<JsonElement>(ct));
    }

    internal static IReadOnlyList<EngineItem> Read(JsonElement answer)
    {
        if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("recommendations", out var list))
        {
            answer = list;
        }

        if (answer.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("The engine's answer is no list.");
        }

        var items = new List<EngineItem>();
        foreach (var item in answer.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("item_id", out var id) || id.ValueKind != JsonValueKind.String)
            {
                throw new JsonException("An item of the engine's answer has no item_id.");
            }

            var score = item.TryGetProperty("score", out var number) && number.ValueKind == JsonValueKind.Number ? number.GetDouble() : 0;
            var reasons = item.TryGetProperty("reasons", out var texts) && texts.ValueKind == JsonValueKind.Array
                ? texts.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!).ToArray()
                : [];
            items.Add(new EngineItem(id.GetString()!, score, reasons));
        }

        return items;
    }

    [LoggerMessage(LogLevel.Warning, "The recommendation engine failed; the built-in models answer")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
