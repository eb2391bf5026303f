using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Platform.TestSupport;

namespace Platform.ServiceDefaults.Tests.Telemetry;

[Collection(nameof(ProcessWide))]
public sealed class ManagementPortTests : IAsyncDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly HttpClient _http = new();
    private WebApplication? _app;

    private async Task<Uri> StartAsync(string? managementPort, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0"), new("MANAGEMENT_PORT", managementPort)]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.AddTelemetry("sample");
        builder.AddManagementPort();
        _app = builder.Build();
        _app.UseHttpSpanTags();
        _app.MapGet("/items/{id}", (string id) => id);
        _app.MapMetrics();
        await _app.StartAsync(Ct);
        return new Uri(_app.Urls.First(u => !u.EndsWith($":{managementPort}")));
    }

    [Fact]
    public async Task Metrics_are_served_on_the_management_port_only()
    {
        var port = FreePort.Take();
        var api = await StartAsync(port.ToString());
        await _http.GetStringAsync(new Uri(api, "/items/7"), Ct);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = 0; i < 500 && !(await _http.GetStringAsync($"http://127.0.0.1:{port}/metrics", Ct)).Contains("api_requests_total{"); i++)
        {
            await timer.WaitForNextTickAsync(Ct);
        }

        using var answer = await _http.GetAsync($"http://127.0.0.1:{port}/metrics", Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.Contains("api_requests_total{endpoint=\"/items/{id}\",method=\"GET\",status_code=\"200\"} 1\n", text);
        Assert.Contains("api_latency_seconds_count{endpoint=\"/items/{id}\"} 1\n", text);
        Assert.Contains("dotnet_gc_collections_total", text);

        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(new Uri(api, "/metrics"), Ct)).StatusCode);
    }

    [Fact]
    public async Task Host_header_of_the_management_port_does_not_open_it()
    {
        var port = FreePort.Take();
        var api = await StartAsync(port.ToString());
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(api, "/metrics"));
        request.Headers.Host = $"127.0.0.1:{port}";
        Assert.Equal(HttpStatusCode.NotFound, (await _http.SendAsync(request, Ct)).StatusCode);
    }

    [Fact]
    public async Task Api_is_absent_on_the_management_port()
    {
        var port = FreePort.Take();
        await StartAsync(port.ToString());
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync($"http://127.0.0.1:{port}/items/7", Ct)).StatusCode);
    }

    [Fact]
    public async Task Without_a_management_port_there_are_no_metrics()
    {
        var api = await StartAsync(null);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(new Uri(api, "/metrics"), Ct)).StatusCode);
        Assert.Equal("7", await _http.GetStringAsync(new Uri(api, "/items/7"), Ct));
    }

    [Fact]
    public async Task Named_Kestrel_endpoints_keep_theirs_and_get_one_more()
    {
        var port = FreePort.Take();
        var main = FreePort.Take();
        await StartAsync(port.ToString(), ("Kestrel:Endpoints:Main:Url", $"http://127.0.0.1:{main}"));
        Assert.Equal("7", await _http.GetStringAsync($"http://127.0.0.1:{main}/items/7", Ct));
        Assert.Contains("target_info", await _http.GetStringAsync($"http://127.0.0.1:{port}/metrics", Ct));
    }

    [Fact]
    public async Task Containers_may_listen_on_another_address()
    {
        var port = FreePort.Take();
        await StartAsync(port.ToString(), ("MANAGEMENT_ADDRESS", "0.0.0.0"));
        Assert.Contains("target_info", await _http.GetStringAsync($"http://127.0.0.2:{port}/metrics", Ct));
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(port.ToString(), ("MANAGEMENT_ADDRESS", "everywhere")));
        Assert.Contains("MANAGEMENT_ADDRESS", fault.Message);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("-1")]
    public async Task Bad_port_stops_the_service_with_its_name(string port)
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(port));
        Assert.Contains("MANAGEMENT_PORT", fault.Message);
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
