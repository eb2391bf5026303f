using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Prometheus.TextFormat;

namespace Platform.Prometheus.TextFormat.Tests;

public sealed class PrometheusReaderTests : IDisposable
{
    private readonly Meter _meter = new($"Shop.{Guid.NewGuid():N}");
    private readonly PrometheusReader _reader = new();
    private MeterProvider? _provider;

    public void Dispose()
    {
        _provider?.Dispose();
        _meter.Dispose();
    }

    private void Listen(Action<MeterProviderBuilder>? more = null)
    {
        var builder = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(ResourceBuilder.CreateEmpty()).AddMeter(_meter.Name);
        more?.Invoke(builder);
        _provider = builder.AddReader(_reader).Build();
    }

    private string Scrape()
    {
        var text = _reader.Scrape();
        Exposition.Parse(text);
        return text;
    }

    private static string Lines(params string[] lines) => string.Join('\n', lines) + "\n";

    [Fact]
    public void Counter_ends_in_total_and_labels_are_sorted()
    {
        Listen();
        var counter = _meter.CreateCounter<long>("api_requests_total", null, "API requests.");
        counter.Add(2, new("status_code", "200"), new("method", "GET"), new("endpoint", "/items/{id}"));
        counter.Add(1, new("status_code", "200"), new("method", "GET"), new("endpoint", "/items/{id}"));

        Assert.Equal(
            Lines(
                "# HELP api_requests_total API requests.",
                "# TYPE api_requests_total counter",
                "api_requests_total{endpoint=\"/items/{id}\",method=\"GET\",status_code=\"200\"} 3"),
            Scrape());
    }

    [Fact]
    public void Unit_comes_before_total_and_is_not_repeated()
    {
        Listen();
        _meter.CreateCounter<double>("process.cpu.time", "s").Add(1.5);
        _meter.CreateCounter<long>("sent.bytes", "By").Add(7);
        Assert.Equal(
            Lines(
                "# TYPE process_cpu_time_seconds_total counter",
                "process_cpu_time_seconds_total 1.5",
                "# TYPE sent_bytes_total counter",
                "sent_bytes_total 7"),
            Scrape());
    }

    [Fact]
    public void Up_down_counters_and_gauges_are_gauges()
    {
        Listen();
        _meter.CreateUpDownCounter<long>("queue.length", "{message}").Add(-4);
        _meter.CreateObservableGauge("cache.hit", () => 0.25, "1");
        _meter.CreateObservableGauge("odd", () => new[]
        {
            new Measurement<double>(double.PositiveInfinity, new KeyValuePair<string, object?>("k", "up")),
            new Measurement<double>(double.NegativeInfinity, new KeyValuePair<string, object?>("k", "down")),
            new Measurement<double>(double.NaN, new KeyValuePair<string, object?>("k", "none")),
        });
        Assert.Equal(
            Lines(
                "# TYPE cache_hit_ratio gauge",
                "cache_hit_ratio 0.25",
                "# TYPE odd gauge",
                "odd{k=\"up\"} +Inf",
                "odd{k=\"down\"} -Inf",
                "odd{k=\"none\"} NaN",
                "# TYPE queue_length gauge",
                "queue_length -4"),
            Scrape());
    }

    [Fact]
    public void Histogram_has_cumulative_buckets_sum_and_count()
    {
        Listen();
        var latency = _meter.CreateHistogram(
            "api_latency_seconds", "s", "Latency.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.5] });
        latency.Record(0.05, new KeyValuePair<string, object?>("endpoint", "/a"));
        latency.Record(0.25, new KeyValuePair<string, object?>("endpoint", "/a"));
        latency.Record(2, new KeyValuePair<string, object?>("endpoint", "/a"));
        Assert.Equal(
            Lines(
                "# HELP api_latency_seconds Latency.",
                "# TYPE api_latency_seconds histogram",
                "api_latency_seconds_bucket{endpoint=\"/a\",le=\"0.1\"} 1",
                "api_latency_seconds_bucket{endpoint=\"/a\",le=\"0.5\"} 2",
                "api_latency_seconds_bucket{endpoint=\"/a\",le=\"+Inf\"} 3",
                "api_latency_seconds_sum{endpoint=\"/a\"} 2.3",
                "api_latency_seconds_count{endpoint=\"/a\"} 3"),
            Scrape());
    }

    [Fact]
    public void Histogram_without_buckets_still_has_the_last_one()
    {
        Listen(b => b.AddView("h", new ExplicitBucketHistogramConfiguration { Boundaries = [] }));
        _meter.CreateHistogram<long>("h").Record(3);
        Assert.Equal(Lines("# TYPE h histogram", "h_bucket{le=\"+Inf\"} 1", "h_sum 3", "h_count 1"), Scrape());
    }

    [Fact]
    public void Exponential_histogram_becomes_a_classic_one()
    {
        Listen(b => b.AddView("h", new Base2ExponentialBucketHistogramConfiguration { MaxScale = 0 }));
        var histogram = _meter.CreateHistogram<double>("h");
        foreach (var value in new[] { 0, 0.75, 1.5, 3, 3.5, 100 })
        {
            histogram.Record(value);
        }

        Assert.Equal(
            Lines(
                "# TYPE h histogram",
                "h_bucket{le=\"0\"} 1",
                "h_bucket{le=\"1\"} 2",
                "h_bucket{le=\"2\"} 3",
                "h_bucket{le=\"4\"} 5",
                "h_bucket{le=\"128\"} 6",
                "h_bucket{le=\"+Inf\"} 6",
                "h_sum 108.75",
                "h_count 6"),
            Scrape());
    }

    [Fact]
    public void Label_values_and_help_are_escaped()
    {
        Listen();
        _meter.CreateCounter<long>("c", null, "a \\ b\n\"c\"").Add(1, new KeyValuePair<string, object?>("path", "C:\\x\n\"y\" é"));
        Assert.Equal(
            Lines(
                "# HELP c_total a \\\\ b\\n\"c\"",
                "# TYPE c_total counter",
                "c_total{path=\"C:\\\\x\\n\\\"y\\\" é\"} 1"),
            Scrape());
        Assert.Equal("C:\\x\n\"y\" é", Exposition.Parse(Scrape()).Samples.Single().Labels["path"]);
    }

    [Fact]
    public void Label_names_are_cleaned_and_equal_ones_share_their_values()
    {
        Listen();
        _meter.CreateCounter<long>("c").Add(1, new("http.method", "GET"), new("http-method", "HEAD"), new("1st", true));
        Assert.Equal(Lines("# TYPE c_total counter", "c_total{_1st=\"true\",http_method=\"HEAD;GET\"} 1"), Scrape());
    }

    [Fact]
    public void Same_name_in_two_meters_is_one_family_told_apart_by_scope()
    {
        using var other = new Meter(_meter.Name + ".Other");
        Listen(b => b.AddMeter(other.Name));
        _meter.CreateCounter<long>("hits").Add(1);
        other.CreateCounter<long>("hits").Add(2);
        other.CreateHistogram<long>("hits.total").Record(1);
        Assert.Equal(
            Lines(
                "# TYPE hits_total counter",
                $"hits_total{{otel_scope_name=\"{_meter.Name}\"}} 1",
                $"hits_total{{otel_scope_name=\"{other.Name}\"}} 2"),
            Scrape());
    }

    [Fact]
    public void Resource_is_target_info()
    {
        var meter = new Meter(_meter.Name + ".R");
        using var provider = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddAttributes([new("service.name", "shop")]))
            .AddMeter(meter.Name).AddReader(_reader).Build();
        meter.CreateCounter<long>("c").Add(1);
        Assert.StartsWith(
            Lines(
                "# HELP target_info Attributes of the process that is scraped.",
                "# TYPE target_info gauge",
                "target_info{service_name=\"shop\"} 1"),
            Scrape());
        meter.Dispose();
    }

    [Fact]
    public async Task Concurrent_scrapes_and_flushes_all_get_whole_texts()
    {
        Listen();
        var counter = _meter.CreateCounter<long>("c");
        counter.Add(1);
        await Parallel.ForAsync(0, 200, TestContext.Current.CancellationToken, (i, _) =>
        {
            counter.Add(1);
            if (i % 5 == 0)
            {
                _provider!.ForceFlush();
            }
            else
            {
                Scrape();
            }

            return ValueTask.CompletedTask;
        });
        Assert.Equal(201, Exposition.Parse(Scrape())["c_total"]);
    }
}
