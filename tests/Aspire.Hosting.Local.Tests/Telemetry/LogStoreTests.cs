using Aspire.Hosting.Local.Dashboard.Telemetry;
using Otlp.V1;

namespace Platform.Aspire.Hosting.Local.Tests.Telemetry;

public sealed class LogStoreTests
{
    [Fact]
    public void Records_are_filtered_and_the_newest_come_first()
    {
        var store = new TelemetryStore();
        var ordered = Sample.Log("order 7 placed", trace: 1, span: 2);
        ordered.Attributes.Add(Sample.Text("order", "7"));
        var low = Sample.Log("stock is low", severity: 13, time: Sample.Now + 2);
        low.Attributes.Add(
        [
            new KeyValue { Key = "count", Value = new AnyValue { IntValue = 42 } },
            new KeyValue { Key = "ratio", Value = new AnyValue { DoubleValue = 0.5 } },
            new KeyValue { Key = "paid", Value = new AnyValue { BoolValue = true } },
            new KeyValue { Key = "raw", Value = new AnyValue { BytesValue = Google.Protobuf.ByteString.CopyFrom(1, 2, 3) } },
            new KeyValue { Key = "list", Value = new AnyValue { ArrayValue = new ArrayValue { Values = { new AnyValue { StringValue = "a" } } } } },
            Sample.Text("note", "very fragile"),
        ]);
        store.Take(Sample.Logs("orders", ordered, low));
        store.Take(Sample.Logs("web", Sample.Log("Could not answer", severity: 17, trace: 1, time: Sample.Now + 1)));

        Assert.Equal(["stock is low", "Could not answer", "order 7 placed"], Found(new LogFilter()));
        Assert.Equal(["Could not answer"], Found(new LogFilter(Source: "web")));
        Assert.Equal(["stock is low", "Could not answer"], Found(new LogFilter(MinSeverity: Levels.Lowest("warning"))));
        Assert.Equal(["Could not answer"], Found(new LogFilter(MinSeverity: Levels.Lowest("error"))));
        Assert.Equal(["order 7 placed"], Found(new LogFilter(Text: "PLACED")));
        Assert.Equal(3, Found(new LogFilter(Text: "shop.orders")).Length);
        Assert.Equal(["Could not answer", "order 7 placed"], Found(new LogFilter(TraceId: 1)));
        Assert.Equal(["order 7 placed"], Found(new LogFilter(TraceId: 1, SpanId: 2)));
        Assert.Equal(["order 7 placed"], Found(new LogFilter(Attribute: new("order", "7"))));
        Assert.Empty(Found(new LogFilter(Attribute: new("order", "8"))));
        Assert.Empty(Found(new LogFilter(Attribute: new("other", "7"))));
        foreach (var (name, value) in ((string, string)[])[("count", "42"), ("ratio", "0.5"), ("paid", "true"), ("raw", "AQID"), ("list", "[a]"), ("note", "very fragile")])
        {
            Assert.Equal(["stock is low"], Found(new LogFilter(Attribute: new(name, value))));
        }

        Assert.Equal((1, 3), (store.Logs.Query(new LogFilter(), 1).Records.Count, store.Logs.Query(new LogFilter(), 1).Total));

        string[] Found(LogFilter filter) => [.. store.Logs.Query(filter, 10).Records.Select(r => r.Message)];
    }

    [Fact]
    public void Errors_are_counted_as_long_as_they_are_kept()
    {
        var store = new TelemetryStore(new TelemetryLimits { Logs = 3 }, TimeProvider.System);
        store.Take(Sample.Logs("web", Sample.Log("a", 17), Sample.Log("b", 21), Sample.Log("c")));
        Assert.Equal(2, store.Logs.Errors()["web"]);
        store.Take(Sample.Logs("orders", Sample.Log("d")));
        Assert.Equal(1, store.Logs.Errors()["web"]);
        store.Take(Sample.Logs("orders", Sample.Log("e")));
        Assert.Empty(store.Logs.Errors());
        Assert.Equal((3, 2L), (store.Logs.Figures.Count, store.Logs.Figures.Evicted));
    }

    [Fact]
    public void A_record_keeps_its_id_and_forgets_what_is_too_much()
    {
        var store = new TelemetryStore(new TelemetryLimits { LogBytes = 50_000, TextLength = 100, RecordBytes = 2_000 }, TimeProvider.System);
        var large = Sample.Log(new string('m', 1_000));
        large.Attributes.Add(Enumerable.Range(0, 100).Select(i => Sample.Text($"a{i}", new string('v', 90))));
        store.Take(Sample.Logs("web", large));
        var id = store.Logs.Query(new LogFilter(), 1).Records[0].Id;

        var found = store.Logs.Find(id)!;
        Assert.Equal(101, found.Message.Length);
        Assert.Empty(found.Decode().Attributes);
        Assert.Equal(100u, found.Decode().DroppedAttributesCount);

        store.Take(Sample.Logs("web", [.. Enumerable.Range(0, 1_000).Select(i => Sample.Log($"record {i}"))]));
        Assert.Null(store.Logs.Find(id));
        Assert.InRange(store.Logs.Figures.Bytes, 40_000, 50_000);
    }

    [Fact]
    public void Structured_values_are_written_out()
    {
        var store = new TelemetryStore();
        var record = Sample.Log("");
        record.Body = new AnyValue
        {
            KvlistValue = new KeyValueList
            {
                Values = { Sample.Text("name", "x"), new KeyValue { Key = "list", Value = new AnyValue { ArrayValue = new ArrayValue { Values = { new AnyValue { IntValue = 1 }, new AnyValue { BoolValue = true } } } } } },
            },
        };
        store.Take(Sample.Logs("web", record));
        Assert.Equal("{name: x, list: [1, true]}", store.Logs.Query(new LogFilter(), 1).Records[0].Message);
    }
}
