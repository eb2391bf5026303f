using Prometheus.TextFormat;

namespace Platform.Prometheus.TextFormat.Tests;

public sealed class MetricNamesTests
{
    [Theory]
    [InlineData("http.server.request.duration", "s", "http_server_request_duration_seconds")]
    [InlineData("http.server.active_requests", "{request}", "http_server_active_requests")]
    [InlineData("dotnet.gc.heap.total_allocated", "By", "dotnet_gc_heap_total_allocated_bytes")]
    [InlineData("db:rows", null, "db:rows")]
    [InlineData("2xx.answers", null, "_2xx_answers")]
    [InlineData("a..b--c", null, "a_b_c")]
    [InlineData("größe", null, "gr_e")]
    [InlineData("", null, "_")]
    [InlineData("disk.io", "By/s", "disk_io_bytes_per_second")]
    [InlineData("load", "{request}/min", "load_per_minute")]
    [InlineData("cpu", "%", "cpu_percent")]
    [InlineData("part", "1", "part")]
    [InlineData("wait.seconds", "s", "wait_seconds")]
    [InlineData("aseconds", "s", "aseconds_seconds")]
    [InlineData("price", "[EUR]", "price_EUR")]
    public void Names_and_units(string name, string? unit, string expected) =>
        Assert.Equal(expected, MetricNames.Metric(name, unit, isCounter: false, isGauge: false));

    [Theory]
    [InlineData("requests", null, "requests_total")]
    [InlineData("requests.total", null, "requests_total")]
    [InlineData("cpu", "s", "cpu_seconds_total")]
    [InlineData("cpu_seconds_total", "s", "cpu_seconds_total")]
    [InlineData("ratio", "1", "ratio_total")]
    public void Counters(string name, string? unit, string expected) =>
        Assert.Equal(expected, MetricNames.Metric(name, unit, isCounter: true, isGauge: false));

    [Fact]
    public void Gauge_of_unit_one_is_a_ratio() => Assert.Equal("hit_ratio", MetricNames.Metric("hit", "1", isCounter: false, isGauge: true));

    [Theory]
    [InlineData("http.method", "http_method")]
    [InlineData("a:b", "a_b")]
    [InlineData("9lives", "_9lives")]
    public void Labels_have_no_colons(string name, string expected) => Assert.Equal(expected, MetricNames.Label(name));
}
