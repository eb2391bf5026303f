using System.Diagnostics;

namespace Platform.ServiceDefaults.Tests.Telemetry;

[Collection(nameof(ProcessWide))]
public sealed class HttpSpanTagsTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Span_carries_route_status_and_name_but_no_query_and_no_agent()
    {
        await using var app = await ObservedApp.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/items/42?token=s3cret&email=ann@example.org");
        request.Headers.UserAgent.ParseAdd("curl/8.1");
        await app.Client.SendAsync(request, Ct);

        var span = await app.ServerSpanAsync();
        Assert.Equal("GET /items/{id}", span.DisplayName);
        Assert.Equal("/items/{id}", span.GetTagItem("http.route"));
        Assert.Equal(200, span.GetTagItem("http.response.status_code"));
        Assert.Equal("GET", span.GetTagItem("http.request.method"));
        Assert.Equal("/items/42", span.GetTagItem("url.path"));
        Assert.Null(span.GetTagItem("user_agent.original"));
        Assert.DoesNotContain(span.TagObjects, t => t.Value?.ToString() is { } v && (v.Contains("s3cret") || v.Contains("ann@")));
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
    }

    [Fact]
    public async Task Unhandled_exception_marks_the_span_by_type_and_never_by_message()
    {
        await using var app = await ObservedApp.StartAsync();
        using var response = await app.Client.GetAsync("/broken", Ct);

        var span = await app.ServerSpanAsync();
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("System.InvalidOperationException", span.GetTagItem("error.type"));
        Assert.Equal(500, span.GetTagItem("http.response.status_code"));
        Assert.Null(span.StatusDescription);
        Assert.DoesNotContain(span.Events.SelectMany(e => e.Tags), t => t.Value?.ToString()?.Contains("ann@") == true);
    }

    [Fact]
    public async Task Failed_request_is_kept_though_its_trace_is_not_sampled()
    {
        await using var app = await ObservedApp.StartAsync(("OTEL_TRACES_SAMPLER", "always_off"));
        await app.Client.GetAsync("/items/1", Ct);
        await app.Client.GetAsync("/broken?token=s3cret", Ct);
        var span = await app.ServerSpanAsync();
        Assert.Single(app.Spans);
        Assert.Equal("GET /broken", span.DisplayName);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("System.InvalidOperationException", span.GetTagItem("error.type"));
        Assert.Equal("/broken", span.GetTagItem("http.route"));
        Assert.Equal("/broken", span.GetTagItem("url.path"));
        Assert.DoesNotContain(span.TagObjects, t => t.Value?.ToString()?.Contains("s3cret", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Server_error_without_exception_is_an_error_and_a_missing_page_is_not()
    {
        await using var app = await ObservedApp.StartAsync();
        await app.Client.GetAsync("/unavailable", Ct);
        var failed = await app.ServerSpanAsync();
        Assert.Equal(ActivityStatusCode.Error, failed.Status);
        Assert.Equal("503", failed.GetTagItem("error.type"));

        await using var other = await ObservedApp.StartAsync();
        await other.Client.GetAsync("/nowhere", Ct);
        var missing = await other.ServerSpanAsync();
        Assert.Equal(ActivityStatusCode.Unset, missing.Status);
        Assert.Equal("GET", missing.DisplayName);
        Assert.Equal(404, missing.GetTagItem("http.response.status_code"));
    }

    [Fact]
    public async Task Requests_are_counted_by_route_pattern_method_and_status()
    {
        await using var app = await ObservedApp.StartAsync();
        await app.Client.GetAsync("/items/1", Ct);
        await app.Client.GetAsync("/items/2", Ct);
        await app.Client.GetAsync("/nowhere/7", Ct);
        await app.Client.GetAsync("/health", Ct);
        await app.Client.GetAsync("/stream", Ct);
        using var odd = new HttpRequestMessage(new HttpMethod("BREW"), "/items/3");
        await app.Client.SendAsync(odd, Ct);
        await app.AnsweredAsync(5);

        Assert.Equal(
            new Dictionary<string, double>
            {
                ["endpoint=/items/{id},method=GET,status_code=200"] = 2,
                ["endpoint=unmatched,method=GET,status_code=404"] = 1,
                ["endpoint=/stream,method=GET,status_code=200"] = 1,
                ["endpoint=unmatched,method=_OTHER,status_code=405"] = 1,
            },
            app.Points("api_requests_total"));
        var latency = app.Points("api_latency_seconds");
        Assert.Equal(2, latency["endpoint=/items/{id}"]);
        Assert.DoesNotContain("endpoint=/stream", latency.Keys);
        Assert.DoesNotContain("endpoint=/health", latency.Keys);
    }

    [Fact]
    public async Task Probe_and_everything_below_it_is_not_traced()
    {
        await using var app = await ObservedApp.StartAsync(("OTEL_TRACES_SAMPLER", "always_on"));
        await app.Client.GetAsync("/health", Ct);
        await app.Client.GetAsync("/items/1", Ct);
        var span = await app.ServerSpanAsync();
        Assert.Equal("GET /items/{id}", span.DisplayName);
        Assert.Single(app.Spans, s => s.Kind == ActivityKind.Server);
    }

    [Fact]
    public async Task Trace_of_the_caller_is_continued()
    {
        await using var app = await ObservedApp.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/items/1");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var raw = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = app.Client.BaseAddress };
        await raw.SendAsync(request, Ct);

        var span = await app.ServerSpanAsync();
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", span.TraceId.ToHexString());
        Assert.Equal("b7ad6b7169203331", span.ParentSpanId.ToHexString());
    }
}
