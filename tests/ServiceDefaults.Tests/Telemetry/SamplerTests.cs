using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Trace;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults.Tests.Telemetry;

public sealed class SamplerTests
{
    private static Sampler Sampler(string? name, string? argument = null, bool exports = true, bool isEdge = false, TelemetryOptions? options = null) =>
        SamplerChoice.From(
            new ConfigurationBuilder().AddInMemoryCollection([new("OTEL_TRACES_SAMPLER", name), new("OTEL_TRACES_SAMPLER_ARG", argument)]).Build(),
            options ?? new TelemetryOptions(),
            exports,
            isEdge);

    private static SamplingDecision Decide(
        Sampler sampler, ActivityContext parent = default, ActivityKind kind = ActivityKind.Server, params KeyValuePair<string, object?>[] tags) =>
        sampler.ShouldSample(new SamplingParameters(parent, ActivityTraceId.CreateRandom(), "x", kind, tags)).Decision;

    private static ActivityContext Parent(bool recorded) => new(
        ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), recorded ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None, isRemote: true);

    [Theory]
    [InlineData(null, SamplingDecision.RecordAndSample)]
    [InlineData("always_on", SamplingDecision.RecordAndSample)]
    [InlineData("always_off", SamplingDecision.Drop)]
    [InlineData("parentbased_always_on", SamplingDecision.RecordAndSample)]
    [InlineData("parentbased_always_off", SamplingDecision.Drop)]
    public void Root_spans_follow_the_named_sampler(string? name, SamplingDecision expected) =>
        Assert.Equal(expected, Decide(Sampler(name)));

    [Theory]
    [InlineData(null)]
    [InlineData("parentbased_always_on")]
    [InlineData("parentbased_always_off")]
    [InlineData("parentbased_traceidratio")]
    public void Parent_based_samplers_follow_the_caller(string? name)
    {
        Assert.Equal(SamplingDecision.RecordAndSample, Decide(Sampler(name, "0.5"), Parent(recorded: true)));
        Assert.Equal(SamplingDecision.Drop, Decide(Sampler(name, "0.5"), Parent(recorded: false)));
    }

    [Fact]
    public void Ratio_samples_its_share()
    {
        var sampler = Sampler("parentbased_traceidratio", "0.1");
        var sampled = Enumerable.Range(0, 20_000).Count(_ => Decide(sampler) == SamplingDecision.RecordAndSample);
        Assert.InRange(sampled, 1700, 2300);
    }

    [Fact]
    public void Nothing_is_recorded_when_nothing_is_exported_and_nobody_asks() =>
        Assert.Equal(SamplingDecision.Drop, Decide(Sampler(null, exports: false)));

    [Fact]
    public void By_default_a_few_traces_are_all_kept_and_of_many_a_share()
    {
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal(SamplingDecision.RecordAndSample, Decide(Sampler(null))));
        var busy = Sampler(null);
        var kept = Enumerable.Range(0, 20_000).Count(_ => Decide(busy) == SamplingDecision.RecordAndSample);
        // 20 in each second that the loop takes, and 1 % of the rest.
        Assert.InRange(kept, 100, 600);
    }

    [Fact]
    public void At_the_edge_a_caller_cannot_have_everything_recorded()
    {
        var none = new TelemetryOptions { TracesPerSecond = 0, TraceRatio = 0 };
        Assert.Equal(SamplingDecision.Drop, Decide(Sampler(null, isEdge: true, options: none), Parent(recorded: true)));
        Assert.Equal(SamplingDecision.RecordAndSample, Decide(Sampler(null, isEdge: false, options: none), Parent(recorded: true)));
        Assert.Equal(SamplingDecision.RecordAndSample, Decide(Sampler(null, isEdge: true), Parent(recorded: true)));
        Assert.Equal(SamplingDecision.Drop, Decide(Sampler(null, isEdge: true), Parent(recorded: false)));
    }

    [Fact]
    public void A_reservoir_fills_again_every_second()
    {
        var clock = new SteppedClock();
        var reservoir = new Reservoir(perSecond: 3, ratio: 0, clock);
        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => reservoir.Takes()));
        clock.Seconds++;
        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => reservoir.Takes()));
        Assert.False(new Reservoir(perSecond: 0, ratio: 0, clock).Takes());
        Assert.True(new Reservoir(perSecond: 0, ratio: 1, clock).Takes());
    }

    [Fact]
    public void What_is_untraced_records_nothing_below_it()
    {
        using (Untraced.Begin())
        {
            var here = Activity.Current!.Context;
            Assert.Equal(SamplingDecision.Drop, Decide(Sampler("always_on"), here, ActivityKind.Producer));
            Assert.Equal(SamplingDecision.Drop, Decide(Sampler(null), here, ActivityKind.Client));
        }

        Assert.Null(Activity.Current);
    }

    private sealed class SteppedClock : TimeProvider
    {
        public long Seconds { get; set; } = 1000;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }

    [Fact]
    public void Call_to_a_store_is_dropped_as_a_root_and_kept_below_a_request()
    {
        Assert.Equal(SamplingDecision.Drop, Decide(Sampler("always_on"), kind: ActivityKind.Client));
        Assert.Equal(SamplingDecision.RecordAndSample, Decide(Sampler("always_on"), Parent(recorded: true), ActivityKind.Client));
    }

    [Fact]
    public void Http_call_and_published_message_may_start_a_trace()
    {
        var http = new SamplingParameters(default, ActivityTraceId.CreateRandom(), "System.Net.Http.HttpRequestOut", ActivityKind.Client);
        Assert.Equal(SamplingDecision.RecordAndSample, Sampler("always_on").ShouldSample(http).Decision);
        Assert.Equal(SamplingDecision.RecordAndSample, Decide(Sampler("always_on"), kind: ActivityKind.Producer));
    }

    [Theory]
    [InlineData("/health", SamplingDecision.Drop)]
    [InlineData("/ready", SamplingDecision.Drop)]
    [InlineData("/live", SamplingDecision.Drop)]
    [InlineData("/metrics", SamplingDecision.Drop)]
    [InlineData("/api/v1/health-reports", SamplingDecision.RecordAndSample)]
    public void Probes_are_dropped_even_when_the_prober_traces(string path, SamplingDecision expected) =>
        Assert.Equal(expected, Decide(Sampler("always_on"), Parent(recorded: true), tags: KeyValuePair.Create("url.path", (object?)path)));

    [Theory]
    [InlineData("sometimes", null)]
    [InlineData("traceidratio", "2")]
    [InlineData("traceidratio", "half")]
    public void Bad_value_is_named(string name, string? argument)
    {
        var fault = Assert.Throws<InvalidOperationException>(() => Sampler(name, argument));
        Assert.StartsWith("OTEL_TRACES_SAMPLER", fault.Message);
    }
}
