using Platform.Contracts.Tenancy;
using Polly;

namespace Platform.ServiceDefaults.Outbound;

/// <summary>
/// The pipeline of a service client under the settings of now. Settings of breakers cannot change once a pipeline is
/// made; so a change makes a new one, whose circuit begins closed.
/// </summary>
internal sealed class LivePipeline(
    string name, ServiceClientOptions options, CircuitStates circuits, LiveSettings settings, TimeProvider time)
{
    private readonly Lock _gate = new();
    private volatile Made? _made;

    public ResiliencePipeline<HttpResponseMessage> Current =>
        _made is { } made && ReferenceEquals(made.Settings, settings.Current) ? made.Pipeline : Make();

    private ResiliencePipeline<HttpResponseMessage> Make()
    {
        lock (_gate)
        {
            var wanted = settings.Current;
            var breaker = wanted is null
                ? new Breaker(options.BreakerMinimum, options.BreakFor)
                : new Breaker(Math.Max(2, wanted.CircuitBreakerFailureThreshold), TimeSpan.FromSeconds(wanted.CircuitBreakerTimeout));
            var made = _made;
            if (made is null)
            {
                made = new Made(wanted, breaker, Build(breaker, isFirst: true));
            }
            else if (!ReferenceEquals(made.Settings, wanted))
            {
                made = made.Breaker == breaker ? made with { Settings = wanted } : new Made(wanted, breaker, Build(breaker, isFirst: false));
            }

            _made = made;
            return made.Pipeline;
        }
    }

    private ResiliencePipeline<HttpResponseMessage> Build(Breaker breaker, bool isFirst) => Resilience.Build(
        name, options.WithBreaker(breaker.Minimum, breaker.BreakFor), isFirst ? circuits.ProviderOf(name) : circuits.Renew(name), time);

    private sealed record Breaker(int Minimum, TimeSpan BreakFor);

    private sealed record Made(PlatformSettings? Settings, Breaker Breaker, ResiliencePipeline<HttpResponseMessage> Pipeline);
}
