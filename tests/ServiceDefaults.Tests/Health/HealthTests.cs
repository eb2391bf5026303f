using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.ServiceDefaults.Tests.Health;

public sealed class HealthTests : IAsyncDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly HttpClient _http = new();
    private WebApplication? _app;

    private async Task StartAsync(Action<IHealthChecksBuilder> checks, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0"), new("Health:DrainDelay", "00:00:00")]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.AddHealth();
        builder.AddManagementPort();
        checks(builder.Services.AddHealthChecks());
        _app = builder.Build();
        _app.MapHealth();
        await _app.StartAsync(Ct);
        _http.BaseAddress = new Uri(_app.Urls.First());
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(path, Ct);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement);
    }

    [Fact]
    public async Task Health_names_state_time_uptime_version_and_checks()
    {
        await StartAsync(c => c
            .AddCheck("database", () => HealthCheckResult.Healthy(data: new Dictionary<string, object> { ["Endpoints"] = "amqp://10.0.0.7" }), [HealthTags.Ready])
            .AddCheck("circuits", () => HealthCheckResult.Healthy(data: new Dictionary<string, object> { ["tenancy"] = "closed" }), [HealthTags.Figures]));
        var (status, body) = await GetAsync("/health");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("healthy", body.GetProperty("status").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", body.GetProperty("timestamp").GetString()!);
        Assert.InRange(body.GetProperty("uptime_seconds").GetDouble(), 0, 600);
        Assert.Matches(@"^\d+\.\d+\.\d+", body.GetProperty("version").GetString()!);
        var checks = body.GetProperty("checks");
        Assert.Equal("healthy", checks.GetProperty("database").GetProperty("status").GetString());
        Assert.Equal(["status", "duration_ms"], checks.GetProperty("database").EnumerateObject().Select(p => p.Name));
        Assert.Equal("{\"tenancy\":\"closed\"}", checks.GetProperty("circuits").GetRawText());
        foreach (var figure in new[] { "cpu_percent", "memory_percent", "disk_percent" })
        {
            Assert.InRange(checks.GetProperty("system").GetProperty(figure).GetDouble(), 0, 100);
        }
    }

    [Fact]
    public async Task Degraded_is_still_200_and_ready()
    {
        await StartAsync(c => c.AddCheck("model", () => HealthCheckResult.Degraded("slow")));
        var (status, body) = await GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("degraded", body.GetProperty("status").GetString());
        Assert.Equal("{\"ready\":true}", (await GetAsync("/ready")).Body.GetRawText());
    }

    [Fact]
    public async Task Unhealthy_store_is_503_everywhere_but_in_live_and_tells_no_internals()
    {
        await StartAsync(c => c
            .AddCheck("database", () => HealthCheckResult.Unhealthy("Host=10.0.0.5 refused", new InvalidOperationException("password authentication failed")), [HealthTags.Ready])
            .AddCheck("search", () => throw new InvalidOperationException("at 10.0.0.6"), [HealthTags.Ready]));

        var (status, body) = await GetAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("unhealthy", body.GetProperty("status").GetString());
        Assert.DoesNotContain("10.0.0", body.GetRawText());
        Assert.DoesNotContain("password", body.GetRawText());

        var ready = await GetAsync("/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
        Assert.Equal("{\"ready\":false,\"reason\":\"waiting for database, search\"}", ready.Body.GetRawText());

        var live = await GetAsync("/live");
        Assert.Equal(HttpStatusCode.OK, live.Status);
        Assert.Equal("{\"live\":true}", live.Body.GetRawText());
    }

    [Fact]
    public async Task Unhealthy_check_without_the_tag_does_not_stop_the_work()
    {
        await StartAsync(c => c.AddCheck("mail", () => HealthCheckResult.Unhealthy()));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/ready")).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync("/health")).Status);
    }

    [Theory]
    [InlineData("00:01:00", 1)]
    [InlineData("00:00:00", 2)]
    public async Task Probes_share_one_run_of_the_checks_while_it_is_fresh(string cacheFor, int expected)
    {
        var runs = 0;
        var probes = 0;
        var severalAsk = new TaskCompletionSource();
        await StartAsync(
            c => c.AddAsyncCheck("database", async () =>
            {
                Interlocked.Increment(ref runs);
                await severalAsk.Task;
                return HealthCheckResult.Healthy();
            }),
            ("Health:CacheFor", cacheFor));
        await Parallel.ForAsync(0, 30, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Ct }, async (i, _) =>
        {
            if (Interlocked.Increment(ref probes) == 8)
            {
                severalAsk.SetResult();
            }

            await GetAsync(i % 2 == 0 ? "/health" : "/ready");
        });
        await GetAsync("/health");
        Assert.InRange(runs, expected, expected == 1 ? 1 : 31);
    }

    [Fact]
    public async Task Check_that_hangs_or_blocks_has_failed_in_time()
    {
        var over = new ManualResetEventSlim();
        await StartAsync(
            c => c
                .AddAsyncCheck("hangs", async () =>
                {
                    await Task.Delay(-1, CancellationToken.None);
                    return HealthCheckResult.Healthy();
                }, [HealthTags.Ready])
                .AddCheck("blocks", () =>
                {
                    over.Wait(CancellationToken.None);
                    return HealthCheckResult.Healthy();
                }, [HealthTags.Ready]),
            ("Health:CheckTimeout", "00:00:00.2"));
        var started = TimeProvider.System.GetTimestamp();
        var (status, body) = await GetAsync("/ready");
        over.Set();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("waiting for blocks, hangs", body.GetProperty("reason").GetString());
        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0, 9);
    }

    [Fact]
    public async Task Told_to_stop_it_is_not_ready_and_still_answers_for_the_drain_delay()
    {
        await StartAsync(_ => { }, ("Health:DrainDelay", "00:00:04"));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/ready")).Status);

        var stopping = _app!.StopAsync(CancellationToken.None);
        var ready = await GetAsync("/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
        Assert.Equal("stopping", ready.Body.GetProperty("reason").GetString());
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/health")).Status);
        Assert.False(stopping.IsCompleted);

        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetAsync("/live", Ct));
    }

    [Fact]
    public async Task Signal_alone_makes_it_unready()
    {
        await StartAsync(_ => { });
        _app!.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.Equal("stopping", (await GetAsync("/ready")).Body.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Drain_delay_is_five_seconds_in_production_and_nothing_in_development_and_extends_the_shutdown()
    {
        foreach (var (environment, seconds) in new[] { ("Development", 0), ("Testing", 0), ("Staging", 5), ("Production", 5) })
        {
            var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
            builder.AddHealth();
            await using var app = builder.Build();
            Assert.Equal(TimeSpan.FromSeconds(seconds), app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<HealthOptions>>().Value.DrainDelay);
            Assert.Equal(TimeSpan.FromSeconds(30 + seconds), app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<HostOptions>>().Value.ShutdownTimeout);
        }
    }

    [Fact]
    public async Task Bad_option_stops_the_service_with_its_name()
    {
        var fault = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => StartAsync(_ => { }, ("Health:CheckTimeout", "-00:00:01")));
        Assert.Contains("Health:CheckTimeout", fault.Message);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }
}
