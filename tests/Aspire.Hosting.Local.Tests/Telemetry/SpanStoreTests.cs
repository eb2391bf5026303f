using Aspire.Hosting.Local.Dashboard.Telemetry;
using Google.Protobuf;
using Otlp.V1;

namespace Platform.Aspire.Hosting.Local.Tests.Telemetry;

public sealed class SpanStoreTests
{
    [Fact]
    public void Spans_of_several_resources_make_one_trace()
    {
        var store = new TelemetryStore();
        store.Take(Sample.Traces("web", Sample.Span(1, 1, "GET /")));
        store.Take(Sample.Traces("orders", Sample.Span(1, 2, "order", parent: 1, error: true), Sample.Span(2, 3, "other")));

        var trace = store.Spans.Find(1)!;

        Assert.Equal(["GET /", "order"], trace.Spans.Select(s => s.Name));
        Assert.Equal(["web", "orders"], trace.Spans.Select(s => s.Source.Name));
        Assert.Equal([0ul, 1ul], trace.Spans.Select(s => s.ParentId));
        Assert.Equal("it broke", trace.Spans[1].Decode().Status.Message);
        Assert.Equal(2, store.Spans.Figures.Traces);
    }

    [Fact]
    public void Traces_are_filtered_and_the_newest_come_first()
    {
        var store = new TelemetryStore();
        store.Take(Sample.Traces("web", Sample.Span(1, 1, "GET /slow", milliseconds: 500), Sample.Span(2, 2, "GET /fast", start: Sample.Now + Sample.Second)));
        store.Take(Sample.Traces("orders", Sample.Span(3, 3, "order", start: Sample.Now + (2 * Sample.Second), error: true)));

        Assert.Equal([3, 2, 1], Found(new TraceFilter()));
        Assert.Equal([2, 1], Found(new TraceFilter(Source: "web")));
        Assert.Equal([3], Found(new TraceFilter(ErrorsOnly: true)));
        Assert.Equal([1], Found(new TraceFilter(MinMilliseconds: 100)));
        Assert.Equal([2], Found(new TraceFilter(Text: "/FAST")));
        Assert.Equal([2], Found(new TraceFilter(Text: Ids.Text((UInt128)2))));
        Assert.Empty(Found(new TraceFilter(Source: "orders", Text: "slow")));
        var (limited, total) = store.Spans.Query(new TraceFilter(), 1);
        Assert.Equal((1, 3), (limited.Length, total));

        int[] Found(TraceFilter filter) => [.. store.Spans.Query(filter, 10).Traces.Select(t => (int)t.Id)];
    }

    [Fact]
    public void The_oldest_spans_go_and_their_trace_is_marked_until_it_is_gone()
    {
        var store = new TelemetryStore(new TelemetryLimits { Spans = 3 }, TimeProvider.System);
        store.Take(Sample.Traces("web", Sample.Span(1, 1, error: true), Sample.Span(1, 2), Sample.Span(2, 3)));
        store.Take(Sample.Traces("web", Sample.Span(3, 4)));

        Assert.True(store.Spans.Find(1)!.IsPartial);
        Assert.Empty(store.Spans.Query(new TraceFilter(ErrorsOnly: true), 10).Traces);
        store.Take(Sample.Traces("web", Sample.Span(3, 5)));
        Assert.Null(store.Spans.Find(1));
        Assert.False(store.Spans.Find(3)!.IsPartial);
        Assert.Equal(3, store.Spans.Figures.Count);
    }

    [Fact]
    public void Memory_is_bounded_in_bytes_whatever_a_span_carries()
    {
        var limits = new TelemetryLimits { SpanBytes = 100_000, TextLength = 2_000, Attributes = 4, Events = 2, Links = 2 };
        var store = new TelemetryStore(limits, TimeProvider.System);
        for (var i = 1; i <= 200; i++)
        {
            var span = Sample.Span(i, i, new string('n', 50_000));
            span.Attributes.Add(Enumerable.Range(0, 50).Select(a => Sample.Text($"a{a}", new string('v', 10_000))));
            span.Events.Add(Enumerable.Range(0, 50).Select(_ => new Span.Types.Event { Name = "event" }));
            span.Links.Add(Enumerable.Range(0, 50).Select(l => new Span.Types.Link { TraceId = ByteString.CopyFrom(Sample.TraceId(1000 + l)) }));
            store.Take(Sample.Traces("web", span));
        }

        Assert.InRange(store.Spans.Figures.Bytes, 50_000, 100_000);
        var kept = store.Spans.Find(200)!.Spans[0];
        Assert.Equal(2_001, kept.Name.Length);
        var decoded = kept.Decode();
        Assert.Equal((4, 46u), (decoded.Attributes.Count, decoded.DroppedAttributesCount));
        Assert.Equal((2, 48u), (decoded.Events.Count, decoded.DroppedEventsCount));
        Assert.Equal((2, 48u), (decoded.Links.Count, decoded.DroppedLinksCount));
        Assert.Equal(2_001, decoded.Attributes[0].Value.StringValue.Length);
    }

    [Fact]
    public void A_trace_knows_who_names_it_in_a_link()
    {
        var store = new TelemetryStore(new TelemetryLimits { Spans = 2 }, TimeProvider.System);
        var batch = Sample.Span(2, 2, "process batch");
        batch.Links.Add(new Span.Types.Link { TraceId = ByteString.CopyFrom(Sample.TraceId(1)), SpanId = ByteString.CopyFrom(Sample.SpanId(1)) });
        store.Take(Sample.Traces("graph", batch));
        store.Take(Sample.Traces("web", Sample.Span(1, 1)));

        Assert.Equal("process batch", Assert.Single(store.Spans.Find(1)!.LinkedFrom).Name);
        store.Take(Sample.Traces("web", Sample.Span(1, 3)));
        Assert.Empty(store.Spans.Find(1)!.LinkedFrom);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(16, 0)]
    [InlineData(8, 8)]
    public void A_span_without_its_ids_is_refused_and_counted(int traceBytes, int spanBytes)
    {
        var store = new TelemetryStore();
        var bad = Sample.Span(1, 1);
        bad.TraceId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)1, traceBytes)]);
        bad.SpanId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)1, spanBytes)]);

        var outcome = store.Take(Sample.Traces("web", bad, Sample.Span(2, 2)));

        Assert.Equal(1, outcome.Rejected);
        Assert.Equal(1, store.Spans.Figures.Count);
    }
}
