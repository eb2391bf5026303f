using System.Collections.Concurrent;
using Platform.Agent.Storage;
using Platform.ServiceDefaults;
using Polly;
using Polly.CircuitBreaker;

namespace Platform.Agent.Models;

/// <summary>
/// The circuit breaker <c>llm</c>, and within it one for each provider: a server that fails is left alone for a while,
/// and no tenant's broken server keeps the others from theirs.
/// </summary>
internal sealed class ModelBreakers(CircuitStates circuits, TimeProvider clock)
{
    public const string Circuit = "llm";

    private readonly ConcurrentDictionary<(Guid, Guid, long), ResiliencePipeline> _ofProviders = new();
    private readonly ResiliencePipeline _all = Build(clock, minimum: 50, ratio: 0.8, circuits.ProviderOf(Circuit));

    /// <exception cref="ModelException">The step failed, or the server is left alone for now.</exception>
    public async Task<ModelReply> RunAsync(Provider provider, Func<CancellationToken, ValueTask<ModelReply>> step, CancellationToken ct)
    {
        // A changed provider starts afresh.
        var own = _ofProviders.GetOrAdd((provider.TenantId, provider.Id, provider.Version), _ => Build(clock, minimum: 3, ratio: 0.5, null));
        try
        {
            return await own.ExecuteAsync(token => _all.ExecuteAsync(step, token), ct);
        }
        catch (BrokenCircuitException exception)
        {
            throw new ModelException("The model server failed several times and is left alone for a moment.", exception);
        }
    }

    private static ResiliencePipeline Build(TimeProvider clock, int minimum, double ratio, CircuitBreakerStateProvider? state) =>
        new ResiliencePipelineBuilder { TimeProvider = clock }.AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = ratio,
            MinimumThroughput = minimum,
            SamplingDuration = TimeSpan.FromSeconds(60),
            BreakDuration = TimeSpan.FromSeconds(30),
            StateProvider = state,
            ShouldHandle = new PredicateBuilder().Handle<ModelException>(),
        }).Build();
}
