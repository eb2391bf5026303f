using System.IO.Compression;
using System.Net;
using System.Text;
using Google.Protobuf;
using Otlp;
using Otlp.V1;

namespace Platform.Otlp.Tests;

public sealed class OtlpHttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Protobuf_is_taken_and_answered_in_kind()
    {
        await using var receiver = await Receiver.StartAsync();
        using var answer = await receiver.PostAsync("/v1/traces", Samples.Trace("GET /items").ToByteArray());

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/x-protobuf", answer.Content.Headers.ContentType?.MediaType);
        Assert.Null(ExportTraceServiceResponse.Parser.ParseFrom(await answer.Content.ReadAsByteArrayAsync(Cancellation)).PartialSuccess);
        Assert.Equal("GET /items", Assert.Single(receiver.Traces).ResourceSpans[0].ScopeSpans[0].Spans[0].Name);
    }

    [Fact]
    public async Task Json_is_taken_with_ids_in_hexadecimal_and_numbers_as_text()
    {
        await using var receiver = await Receiver.StartAsync();
        const string body = """
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
              "scopeSpans":[{"spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","parentSpanId":"",
              "name":"buy","kind":2,"startTimeUnixNano":"1544712660000000000","notKnown":true,
              "links":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708"}]}]}]}]}
            """;
        using var answer = await receiver.PostAsync("/v1/traces", Encoding.UTF8.GetBytes(body), "application/json");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("{ }", await answer.Content.ReadAsStringAsync(Cancellation));
        var span = Assert.Single(receiver.Traces).ResourceSpans[0].ScopeSpans[0].Spans[0];
        Assert.Equal("5b8efff798038103d269b633813fc60c", Convert.ToHexStringLower(span.TraceId.Span));
        Assert.Equal("eee19b7ec3c1b174", Convert.ToHexStringLower(span.SpanId.Span));
        Assert.True(span.ParentSpanId.IsEmpty);
        Assert.Equal(Samples.TraceId, span.Links[0].TraceId.ToByteArray());
        Assert.Equal(1544712660000000000ul, span.StartTimeUnixNano);
        Assert.Equal(Span.Types.SpanKind.Server, span.Kind);
    }

    [Fact]
    public async Task Logs_and_exemplars_in_json_keep_their_ids()
    {
        await using var receiver = await Receiver.StartAsync();
        using var logs = await receiver.PostAsync("/v1/logs", """{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708"}]}]}]}"""u8.ToArray(), "application/json");
        using var metrics = await receiver.PostAsync("/v1/metrics", """{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","sum":{"dataPoints":[{"asInt":"7","exemplars":[{"traceId":"0102030405060708090a0b0c0d0e0f10"}]}]}}]}]}]}"""u8.ToArray(), "application/json");

        Assert.Equal(Samples.TraceId, Assert.Single(receiver.Logs).ResourceLogs[0].ScopeLogs[0].LogRecords[0].TraceId.ToByteArray());
        var point = Assert.Single(receiver.Metrics).ResourceMetrics[0].ScopeMetrics[0].Metrics[0].Sum.DataPoints[0];
        Assert.Equal(7, point.AsInt);
        Assert.Equal(Samples.TraceId, point.Exemplars[0].TraceId.ToByteArray());
    }

    [Fact]
    public async Task Gzip_is_unpacked()
    {
        await using var receiver = await Receiver.StartAsync();
        using var answer = await receiver.PostAsync("/v1/traces", Gzip(Samples.Trace(new string('n', 100_000)).ToByteArray()), encoding: "gzip");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(100_000, Assert.Single(receiver.Traces).ResourceSpans[0].ScopeSpans[0].Spans[0].Name.Length);
    }

    [Fact]
    public async Task What_the_sink_leaves_out_is_told_as_partial_success()
    {
        await using var receiver = await Receiver.StartAsync(outcome: new OtlpOutcome(3, "too many"));
        using var answer = await receiver.PostAsync("/v1/logs", new ExportLogsServiceRequest().ToByteArray());

        var partial = ExportLogsServiceResponse.Parser.ParseFrom(await answer.Content.ReadAsByteArrayAsync(Cancellation)).PartialSuccess;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((3, "too many"), (partial.RejectedLogRecords, partial.ErrorMessage));
    }

    [Theory]
    [InlineData("application/x-protobuf", null, new byte[] { 0x0a, 0xff }, HttpStatusCode.BadRequest)]
    [InlineData("application/json", null, new byte[] { (byte)'{' }, HttpStatusCode.BadRequest)]
    [InlineData("application/json", null, new byte[] { (byte)'[', (byte)']' }, HttpStatusCode.BadRequest)]
    [InlineData("application/x-protobuf", "gzip", new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }, HttpStatusCode.BadRequest)]
    [InlineData("text/plain", null, new byte[0], HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-protobuf", "br", new byte[0], HttpStatusCode.UnsupportedMediaType)]
    public async Task Bad_bodies_are_the_senders_fault(string type, string? encoding, byte[] body, HttpStatusCode status)
    {
        await using var receiver = await Receiver.StartAsync();
        using var answer = await receiver.PostAsync("/v1/traces", body, type, encoding);

        Assert.Equal(status, answer.StatusCode);
        Assert.Empty(receiver.Traces);
        if (type != "application/json")
        {
            Assert.NotEmpty(RpcStatus.Parser.ParseFrom(await answer.Content.ReadAsByteArrayAsync(Cancellation)).Message);
        }
    }

    [Fact]
    public async Task Malformed_json_ids_are_the_senders_fault()
    {
        await using var receiver = await Receiver.StartAsync();
        using var answer = await receiver.PostAsync("/v1/traces", """{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zzzz"}]}]}]}"""u8.ToArray(), "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_413_also_when_it_only_unpacks_to_it()
    {
        await using var receiver = await Receiver.StartAsync(new OtlpReceiverOptions { MaxBodyBytes = 50_000 });
        var large = Samples.Trace(new string('n', 60_000)).ToByteArray();
        using var plain = await receiver.PostAsync("/v1/traces", large);
        using var bomb = await receiver.PostAsync("/v1/traces", Gzip(large), encoding: "gzip");
        using var within = await receiver.PostAsync("/v1/traces", Samples.Trace(new string('n', 40_000)).ToByteArray());

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, plain.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, bomb.StatusCode);
        Assert.Equal(HttpStatusCode.OK, within.StatusCode);
        Assert.Single(receiver.Traces);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task Without_the_key_nothing_is_taken(string? key)
    {
        await using var receiver = await Receiver.StartAsync(new OtlpReceiverOptions { ApiKey = "right" });
        using var refused = await receiver.PostAsync("/v1/metrics", [], key: key);
        using var taken = await receiver.PostAsync("/v1/metrics", [], key: "right");

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Single(receiver.Metrics);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
