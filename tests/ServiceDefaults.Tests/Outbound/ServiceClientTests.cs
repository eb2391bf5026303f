using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults.Tests.Outbound;

public sealed class ServiceClientTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static WebApplication App(Uri? address, Action<ServiceClientOptions>? configure = null, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("services:tenancy:http:0", address?.ToString()), new("urls", "http://127.0.0.1:0")]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.AddServiceClient("tenancy", options =>
        {
            options.RetryDelay = TimeSpan.FromMilliseconds(1);
            configure?.Invoke(options);
        });
        return builder.Build();
    }

    private static HttpClient Client(WebApplication app) => app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("tenancy");

    private static Task<Upstream> FailingAsync(int times, int status = 503)
    {
        var left = times;
        return Upstream.StartAsync(c =>
        {
            c.Response.StatusCode = Interlocked.Decrement(ref left) >= 0 ? status : 200;
            return Task.CompletedTask;
        });
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", true)]
    [InlineData("PUT", true)]
    [InlineData("DELETE", true)]
    [InlineData("OPTIONS", true)]
    [InlineData("POST", false)]
    [InlineData("PATCH", false)]
    public async Task Only_idempotent_methods_are_repeated(string method, bool repeated)
    {
        await using var upstream = await FailingAsync(2);
        await using var app = App(upstream.Address);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/x");
        if (method is "PUT" or "POST" or "PATCH")
        {
            request.Content = JsonContent.Create(new { a = 1 });
        }

        using var answer = await Client(app).SendAsync(request, Ct);
        Assert.Equal(repeated ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(repeated ? 3 : 1, upstream.Requests.Count);
    }

    [Fact]
    public async Task Post_declared_safe_is_repeated_and_get_declared_unsafe_is_not()
    {
        await using var upstream = await FailingAsync(1);
        await using var app = App(upstream.Address);
        using var post = new HttpRequestMessage(HttpMethod.Post, "/x") { Content = new StringContent("q") }.SafeToRepeat();
        Assert.Equal(HttpStatusCode.OK, (await Client(app).SendAsync(post, Ct)).StatusCode);

        await using var other = await FailingAsync(1);
        await using var second = App(other.Address);
        using var get = new HttpRequestMessage(HttpMethod.Get, "/x").SafeToRepeat(false);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Client(second).SendAsync(get, Ct)).StatusCode);
    }

    [Fact]
    public async Task Body_from_a_stream_is_sent_once()
    {
        await using var upstream = await FailingAsync(1);
        await using var app = App(upstream.Address);
        using var put = new HttpRequestMessage(HttpMethod.Put, "/x") { Content = new StreamContent(new MemoryStream([1, 2, 3])) };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Client(app).SendAsync(put, Ct)).StatusCode);
        Assert.Single(upstream.Requests);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(500)]
    public async Task Answers_are_not_repeated(int status)
    {
        await using var upstream = await FailingAsync(1, status);
        await using var app = App(upstream.Address);
        Assert.Equal(status, (int)(await Client(app).GetAsync("/x", Ct)).StatusCode);
        Assert.Single(upstream.Requests);
    }

    [Fact]
    public async Task Retries_end_with_the_last_answer()
    {
        await using var upstream = await FailingAsync(100);
        await using var app = App(upstream.Address, o => o.Retries = 2);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Client(app).GetAsync("/x", Ct)).StatusCode);
        Assert.Equal(3, upstream.Requests.Count);
    }

    [Fact]
    public async Task Long_wait_that_the_service_asks_for_goes_to_the_caller()
    {
        await using var upstream = await Upstream.StartAsync(c =>
        {
            c.Response.StatusCode = 503;
            c.Response.Headers.RetryAfter = "30";
            return Task.CompletedTask;
        });
        await using var app = App(upstream.Address);
        Assert.Equal(TimeSpan.FromSeconds(30), (await Client(app).GetAsync("/x", Ct)).Headers.RetryAfter?.Delta);
        Assert.Single(upstream.Requests);
    }

    [Fact]
    public async Task Service_that_is_away_is_an_upstream_failure_also_for_post()
    {
        await using var app = App(new Uri("http://127.0.0.1:1"));
        var failure = await Assert.ThrowsAsync<UpstreamException>(() => Client(app).PostAsync("/x", new StringContent("a"), Ct));
        Assert.Equal(UpstreamFailure.Unavailable, failure.Failure);
        Assert.Equal("tenancy", failure.Client);
    }

    [Fact]
    public async Task Slow_attempt_is_repeated_and_slow_call_ends_as_a_timeout()
    {
        var calls = 0;
        await using var upstream = await Upstream.StartAsync(c =>
            Interlocked.Increment(ref calls) == 1 ? Task.Delay(30_000, c.RequestAborted) : Task.CompletedTask);
        await using var app = App(upstream.Address, o => o.AttemptTimeout = TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.OK, (await Client(app).GetAsync("/x", Ct)).StatusCode);
        Assert.Equal(2, calls);

        await using var slow = await Upstream.StartAsync(c => Task.Delay(5000, c.RequestAborted));
        await using var second = App(slow.Address, o => o.TotalTimeout = o.AttemptTimeout = TimeSpan.FromMilliseconds(200));
        var failure = await Assert.ThrowsAsync<UpstreamException>(() => Client(second).GetAsync("/x", Ct));
        Assert.Equal(UpstreamFailure.Timeout, failure.Failure);
    }

    [Fact]
    public async Task Stream_outlives_the_timeouts_once_its_headers_are_there()
    {
        await using var upstream = await Upstream.StartAsync(async c =>
        {
            using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(700));
            for (var i = 0; i < 4; i++)
            {
                await c.Response.WriteAsync("x");
                await c.Response.Body.FlushAsync();
                await beat.WaitForNextTickAsync(c.RequestAborted);
            }
        });
        await using var app = App(upstream.Address, o => o.TotalTimeout = o.AttemptTimeout = TimeSpan.FromSeconds(2));
        using var answer = await Client(app).GetAsync("/x", HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.Equal("xxxx", await answer.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task Circuit_opens_refuses_at_once_shows_itself_and_closes_again()
    {
        var broken = true;
        await using var upstream = await Upstream.StartAsync(c =>
        {
            c.Response.StatusCode = broken ? 503 : 200;
            return Task.CompletedTask;
        });
        await using var app = App(upstream.Address, o =>
        {
            o.Retries = 0;
            o.BreakerMinimum = 4;
            o.BreakerWindow = TimeSpan.FromMinutes(1);
            o.BreakFor = TimeSpan.FromSeconds(3);
        });
        var circuits = app.Services.GetRequiredService<CircuitStates>();
        Assert.Equal("closed", circuits.Snapshot()["tenancy"]);

        var client = Client(app);
        for (var i = 0; i < 4; i++)
        {
            await client.GetAsync("/x", Ct);
        }

        Assert.Equal("open", circuits.Snapshot()["tenancy"]);
        var refused = await Assert.ThrowsAsync<UpstreamException>(() => client.GetAsync("/x", Ct));
        Assert.Equal(UpstreamFailure.Unavailable, refused.Failure);
        Assert.InRange(refused.RetryAfter!.Value.TotalSeconds, 0.01, 3);
        Assert.Equal(4, upstream.Requests.Count);

        var report = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Ct);
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Equal("open", report.Entries["circuit_breakers"].Data["tenancy"]);

        broken = false;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (await Record.ExceptionAsync(() => client.GetAsync("/x", Ct)) is UpstreamException)
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/x", Ct)).StatusCode);
        Assert.Equal("closed", circuits.Snapshot()["tenancy"]);
    }

    [Fact]
    public async Task Every_attempt_carries_the_trace_and_its_own_span()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        await using var upstream = await FailingAsync(1);
        await using var app = App(upstream.Address);
        using var caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        await Client(app).GetAsync("/x", Ct);

        var parents = upstream.TraceParents.Select(t => ActivityContext.Parse(t!, null)).ToList();
        Assert.Equal(2, parents.Count);
        Assert.All(parents, p => Assert.Equal(caller.TraceId, p.TraceId));
        Assert.NotEqual(parents[0].SpanId, parents[1].SpanId);
    }

    [Fact]
    public async Task Configuration_wins_over_code_and_bad_values_stop_the_start()
    {
        await using var app = App(new Uri("http://127.0.0.1:1"), null, ("ServiceClients:tenancy:Retries", "7"));
        Assert.Equal(7, app.Services.GetRequiredService<IOptionsMonitor<ServiceClientOptions>>().Get("tenancy").Retries);

        await using var without = App(null);
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => without.StartAsync(Ct));
        Assert.Contains("services:tenancy:http:0 is not set", fault.Message);

        await using var bad = App(new Uri("http://127.0.0.1:1"), null, ("ServiceClients:tenancy:AttemptTimeout", "01:00:00"));
        Assert.Contains("AttemptTimeout", (await Assert.ThrowsAsync<OptionsValidationException>(() => bad.StartAsync(Ct))).Message);
    }
}
