using Aspire.Hosting.Local.Dashboard.Telemetry;
using Otlp.V1;

namespace Platform.Aspire.Hosting.Local.Tests.Telemetry;

public sealed class MetricTests
{
    private const ulong Start = Sample.Now;
    private const ulong Second = Sample.Second;

    [Theory]
    [InlineData(0.5, 2.0)]
    [InlineData(0.75, 3.0)]
    [InlineData(0.25, 1.0)]
    [InlineData(1.0, 4.0)]
    public void A_percentile_lies_evenly_within_its_bucket(double quantile, double expected)
        => Assert.Equal(expected, Percentiles.Of([2, 4], [10, 10, 0], quantile)!.Value, 6);

    [Fact]
    public void A_percentile_beyond_the_last_bound_is_that_bound_and_without_values_there_is_none()
    {
        Assert.Equal(4, Percentiles.Of([2, 4], [0, 0, 5], 0.99));
        Assert.Null(Percentiles.Of([2, 4], [0, 0, 0], 0.5));
        Assert.Null(Percentiles.Of([], [5], 0.5));
        Assert.Equal(-1, Percentiles.Of([-1, 1], [4, 0, 0], 1)!.Value, 6);
    }

    [Fact]
    public void A_counter_is_shown_as_its_rate_and_a_restart_does_not_make_it_negative()
    {
        var store = new TelemetryStore();
        foreach (var (second, value) in ((ulong, double)[])[(0, 100), (10, 200), (20, 300), (30, 50)])
        {
            store.Take(Sample.Metrics("web", "1", Sample.Counter("requests", Start + (second * Second), value)));
        }

        var line = Assert.Single(Chart(store, "requests", seconds: 30, steps: 3).Lines);

        Assert.Equal("all", line.Name);
        Assert.Equal([10, 10, 5], line.Values, Close);
    }

    [Fact]
    public void Differences_add_up_to_the_same_rate()
    {
        var store = new TelemetryStore();
        foreach (var second in (ulong[])[0, 10, 20, 30])
        {
            store.Take(Sample.Metrics("web", "1", Sample.Counter("requests", Start + (second * Second), 100, delta: true)));
        }

        Assert.Equal([10, 10, 10], Assert.Single(Chart(store, "requests", 30, 3).Lines).Values, Close);
    }

    [Fact]
    public void What_is_counted_between_two_reports_is_spread_over_the_steps_between_them()
    {
        var store = new TelemetryStore();
        store.Take(Sample.Metrics("web", "1", Sample.Counter("requests", Start, 0)));
        store.Take(Sample.Metrics("web", "1", Sample.Counter("requests", Start + (60 * Second), 600)));
        Assert.All(Assert.Single(Chart(store, "requests", 60, 12).Lines).Values, v => Assert.Equal(10, v, 6));
    }

    [Fact]
    public void A_series_that_appears_later_counts_from_its_beginning()
    {
        var store = new TelemetryStore();
        store.Take(Sample.Metrics("web", "1", Sample.Counter("requests", Start, 1_000, "/a")));
        store.Take(Sample.Metrics("web", "1", Sample.Counter("requests", Start + (10 * Second), 1_000, "/a")));
        store.Take(Sample.Metrics("web", "1", Sample.Counter("requests", Start + (20 * Second), 50, "/new")));

        var lines = Chart(store, "requests", 20, 2, by: "route").Lines;

        Assert.Equal(["/a", "/new"], lines.Select(l => l.Name));
        Assert.Equal(5, lines[1].Values[1], 6);
    }

    [Fact]
    public void Replicas_add_up_and_series_can_be_split_and_chosen()
    {
        var store = new TelemetryStore();
        foreach (var (second, value) in ((ulong, double)[])[(0, 0), (10, 100)])
        {
            store.Take(Sample.Metrics("web", "1", Sample.Counter("requests", Start + (second * Second), value, "/a"), Sample.Counter("requests", Start + (second * Second), value * 2, "/b")));
            store.Take(Sample.Metrics("web", "2", Sample.Counter("requests", Start + (second * Second), value, "/a")));
        }

        Assert.Equal(40, Assert.Single(Chart(store, "requests", 10, 1).Lines).Values[0], 6);
        var split = Chart(store, "requests", 10, 1, by: "route").Lines;
        Assert.Equal([("/a", 20.0), ("/b", 20.0)], split.Select(l => (l.Name, Math.Round(l.Values[0], 6))));
        Assert.Equal(20, Assert.Single(Chart(store, "requests", 10, 1, only: [new("route", "/b")]).Lines).Values[0], 6);
    }

    [Fact]
    public void A_histogram_gives_percentiles_of_what_came_in_each_step()
    {
        var store = new TelemetryStore();
        double[] bounds = [0.1, 0.2, 0.4];
        store.Take(Sample.Metrics("web", "1", Sample.Histogram("duration", Start, bounds, [1_000, 0, 0, 0])));
        store.Take(Sample.Metrics("web", "1", Sample.Histogram("duration", Start + (10 * Second), bounds, [1_000, 100, 0, 0], exampleTrace: 7)));
        store.Take(Sample.Metrics("web", "1", Sample.Histogram("duration", Start + (20 * Second), bounds, [1_000, 100, 50, 0])));

        var chart = Chart(store, "duration", 20, 2);

        Assert.Equal(["p50", "p90", "p99"], chart.Lines.Select(l => l.Name));
        Assert.Equal([0.15, 0.3], chart.Lines[0].Values, Close);
        Assert.Equal([0.199, 0.398], chart.Lines[2].Values, Close);
        Assert.Equal([10, 5], Assert.Single(chart.Rates).Values, Close);
        Assert.Equal((UInt128)7, store.Metrics.Read(Key("duration"), i => i.Examples.ToArray())!.Single().TraceId);
    }

    [Fact]
    public void An_exponential_histogram_gives_percentiles_too()
    {
        var store = new TelemetryStore();
        foreach (var (second, count) in ((ulong, ulong)[])[(0, 0), (10, 1_000)])
        {
            store.Take(Sample.Metrics("web", "1", new Metric
            {
                Name = "size",
                ExponentialHistogram = new ExponentialHistogram
                {
                    AggregationTemporality = AggregationTemporality.Cumulative,
                    // Scale 3: bucket 79 ends at 2^10 = 1,024.
                    DataPoints = { new ExponentialHistogramDataPoint { TimeUnixNano = Start + (second * Second), Count = count, Scale = 3, Positive = new() { Offset = 79, BucketCounts = { count } } } },
                },
            }));
        }

        Assert.InRange(Chart(store, "size", 10, 1).Lines[0].Values[0], 600, 1_300);
    }

    [Fact]
    public void A_gauge_holds_its_value_between_reports_and_not_for_ever()
    {
        var store = new TelemetryStore();
        store.Take(Sample.Metrics("web", "1", Sample.Gauge("memory", Start + (1 * Second), 5), Sample.Gauge("other", Start, 1)));
        store.Take(Sample.Metrics("web", "1", Sample.Gauge("memory", Start + (11 * Second), 7)));

        var values = Assert.Single(Chart(store, "memory", 60, 12).Lines).Values;

        Assert.Equal([5.0, 5.0, 7.0], values[..3]);
        Assert.True(double.IsNaN(values[^1]));
    }

    [Fact]
    public void Series_points_and_bytes_are_bounded()
    {
        var limits = new TelemetryLimits { Series = 10, PointsPerSeries = 50, PointBytes = 10_000 };
        var store = new TelemetryStore(limits, TimeProvider.System);
        long rejected = 0;
        var start = (ulong)TelemetryTime.Now(TimeProvider.System) - (100 * Second);
        for (ulong second = 0; second < 100; second++)
        {
            rejected += store.Take(Sample.Metrics("web", "1", [.. Enumerable.Range(0, 20).Select(i => Sample.Counter("requests", start + (second * Second), second, $"/{i}"))])).Rejected;
        }

        Assert.Equal(1_000, rejected);
        Assert.Equal(10, store.Metrics.Figures.Series);
        Assert.InRange(store.Metrics.Figures.Bytes, 5_000, 10_800);
        store.Metrics.Clear();
        Assert.Equal((0, 0, 0L), store.Metrics.Figures);
    }

    [Fact]
    public void Silent_series_make_room_for_new_ones()
    {
        var store = new TelemetryStore(new TelemetryLimits { Series = 2 }, TimeProvider.System);
        var now = (ulong)TelemetryTime.Now(TimeProvider.System);
        store.Take(Sample.Metrics("web", "1", Sample.Counter("requests", now - (3_600 * Second), 1, "/old"), Sample.Counter("requests", now, 1, "/live")));

        var outcome = store.Take(Sample.Metrics("web", "1", Sample.Counter("requests", now, 1, "/new")));

        Assert.Equal(0, outcome.Rejected);
        Assert.Equal(["/live", "/new"], store.Metrics.Read(Key("requests"), i => i.Series.Values.Select(s => s.Attribute("route")).Order().ToArray())!);
    }

    private static InstrumentKey Key(string name) => new("web", "meter", name);

    private static ChartData Chart(TelemetryStore store, string name, int seconds, int steps, string? by = null, KeyValuePair<string, string>[]? only = null)
        => store.Metrics.Read(Key(name), i => MetricChart.Of(i, new ChartQuery((long)Start, (long)(Start + ((ulong)seconds * Second)), steps, by, only ?? [])))!;

    private static bool Close(double expected, double actual) => Math.Abs(expected - actual) < 1e-6;
}
