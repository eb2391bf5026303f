using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults.Outbound;
using Polly.CircuitBreaker;

namespace Platform.ServiceDefaults.Tests.Outbound;

public sealed class LivePipelineTests
{
    [Fact]
    public async Task A_breaker_follows_the_platforms_settings_and_health_shows_the_new_one()
    {
        var services = new ServiceCollection();
        services.AddMetrics().AddCircuit("tenancy");
        await using var provider = services.BuildServiceProvider();
        var circuits = provider.GetRequiredService<CircuitStates>();
        var settings = new LiveSettings();
        var live = new LivePipeline("tenancy", new ServiceClientOptions { Retries = 0, BreakerMinimum = 100 }, circuits, settings, TimeProvider.System);
        var first = live.Current;
        Assert.Equal(5, await FailuresUntilOpenAsync(live, 5));

        settings.Apply(new ConfigurationChanged(1, PlatformSettings.Default with { CircuitBreakerFailureThreshold = 3, CircuitBreakerTimeout = 60 }));
        Assert.NotSame(first, live.Current);
        Assert.Equal(3, await FailuresUntilOpenAsync(live, 20));
        Assert.Equal("open", circuits.Snapshot()["tenancy"]);

        var broken = live.Current;
        settings.Apply(new ConfigurationChanged(2, settings.Current! with { BackupPath = "elsewhere" }));
        Assert.Same(broken, live.Current);
        settings.Apply(new ConfigurationChanged(3, settings.Current! with { CircuitBreakerTimeout = 1 }));
        Assert.NotSame(broken, live.Current);
        Assert.Equal("closed", circuits.Snapshot()["tenancy"]);
    }

    /// <summary>Attempts that failed before the circuit opened, at most so many.</summary>
    private static async Task<int> FailuresUntilOpenAsync(LivePipeline live, int most)
    {
        for (var i = 0; i < most; i++)
        {
            try
            {
                await live.Current.ExecuteAsync(static _ => ValueTask.FromException<HttpResponseMessage>(new HttpRequestException("away")), TestContext.Current.CancellationToken);
            }
            catch (BrokenCircuitException)
            {
                return i;
            }
            catch (HttpRequestException)
            {
                // What was asked for.
            }
        }

        return most;
    }
}
