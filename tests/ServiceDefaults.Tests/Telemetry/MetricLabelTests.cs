using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Prometheus.TextFormat;

namespace Platform.ServiceDefaults.Tests.Telemetry;

/// <summary>Labels come from lists that somebody wrote down, never from what callers send.</summary>
[Collection(nameof(ProcessWide))]
public sealed partial class MetricLabelTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_different_requests_make_no_time_series_of_their_own()
    {
        await using var app = await ObservedApp.StartAsync();
        for (var i = 0; i < 1000; i++)
        {
            using var request = new HttpRequestMessage(
                i % 10 == 0 ? new HttpMethod($"VERB{i}") : HttpMethod.Get,
                i % 2 == 0 ? $"/items/canary{i}?query=canary{i}" : $"/canary{i}/nowhere");
            request.Headers.UserAgent.ParseAdd($"canary{i}/1");
            (await app.Client.SendAsync(request, Ct)).Dispose();
        }

        var text = app.Services.GetRequiredService<PrometheusReader>().Scrape();
        Assert.DoesNotContain("canary", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("VERB", text, StringComparison.Ordinal);
        var series = Series().Matches(text).Count(m => !m.Value.Contains("_bucket", StringComparison.Ordinal));
        Assert.InRange(series, 20, 200);
        Assert.Contains("""api_requests_total{endpoint="/items/{id}",method="GET",status_code="200"}""", text, StringComparison.Ordinal);
        Assert.Contains("""api_requests_total{endpoint="unmatched",method="_OTHER",status_code="405"}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instrument_has_a_thousand_series_at_most()
    {
        await using var app = await ObservedApp.StartAsync();
        using var meter = new Meter("Platform.Cardinality");
        var counter = meter.CreateCounter<int>("wild_total");
        for (var i = 0; i < 5000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("id", i));
        }

        var lines = app.Services.GetRequiredService<PrometheusReader>().Scrape().Split('\n').Where(l => l.StartsWith("wild_total{", StringComparison.Ordinal)).ToList();
        Assert.InRange(lines.Count, 2, 1002);
        Assert.Contains(lines, l => l.Contains("otel_metric_overflow", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Addresses_of_peers_and_names_of_instances_are_no_labels()
    {
        await using var app = await ObservedApp.StartAsync();
        using var http = new Meter("System.Net.Http");
        http.CreateUpDownCounter<long>("http.client.open_connections").Add(1, new("server.address", "tenancy"), new("network.peer.address", "203.0.113.77"));
        using var bus = new Meter("MassTransit");
        bus.CreateCounter<long>("messaging.masstransit.receive").Add(
            1, new("messaging.masstransit.destination", "gateway_revocation_canary"), new("messaging.masstransit.message_type", "TenantCreated"));
        var text = app.Services.GetRequiredService<PrometheusReader>().Scrape();
        Assert.DoesNotContain("203.0.113.77", text, StringComparison.Ordinal);
        Assert.DoesNotContain("http_client_open_connections", text, StringComparison.Ordinal);
        Assert.DoesNotContain("gateway_revocation_canary", text, StringComparison.Ordinal);
        Assert.Contains("""messaging_masstransit_message_type="TenantCreated""", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caches_tell_hits_and_misses_and_the_disk_its_room()
    {
        await using var app = await ObservedApp.StartAsync();
        var cache = app.Services.GetRequiredService<CacheFigures>().Of("sample");
        cache.Hit();
        cache.Hit();
        cache.Miss();
        Assert.Equal(2, app.Points("cache_requests_total")["cache=sample,result=hit"]);
        Assert.Equal(1, app.Points("cache_requests_total")["cache=sample,result=miss"]);
        Assert.InRange(app.Points("disk_free_bytes")[""], 1, app.Points("disk_size_bytes")[""]);
    }

    [GeneratedRegex("^[a-z][^#]*$", RegexOptions.Multiline)]
    private static partial Regex Series();
}
