using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.IO.Compression;
using Google.Protobuf;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Otlp;

namespace Platform.Otlp.Tests;

public sealed class OtlpGrpcTests
{
    private const string Call = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    [Theory]
    [InlineData(OtlpExportProtocol.Grpc)]
    [InlineData(OtlpExportProtocol.HttpProtobuf)]
    public async Task The_exporter_of_OpenTelemetry_gets_its_spans_and_metrics_through(OtlpExportProtocol protocol)
    {
        await using var receiver = await Receiver.StartAsync(new OtlpReceiverOptions { ApiKey = "right" });
        var name = $"test-{Guid.NewGuid():N}";
        void Configure(OtlpExporterOptions exporter, string path)
        {
            exporter.Protocol = protocol;
            exporter.Endpoint = protocol == OtlpExportProtocol.Grpc ? receiver.Grpc : new Uri(receiver.Http, path);
            exporter.Headers = $"{OtlpReceiverOptions.ApiKeyHeader}=right";
        }

        using var source = new ActivitySource(name);
        using var meter = new Meter(name);
        using var tracing = Sdk.CreateTracerProviderBuilder().AddSource(name).AddOtlpExporter(o => Configure(o, "/v1/traces")).Build();
        using var metrics = Sdk.CreateMeterProviderBuilder().AddMeter(name).AddOtlpExporter(o => Configure(o, "/v1/metrics")).Build();
        using (var activity = source.StartActivity("buy"))
        {
            Assert.NotNull(activity);
        }

        meter.CreateCounter<long>("sold").Add(5);
        Assert.True(tracing.ForceFlush(10_000));
        Assert.True(metrics.ForceFlush(10_000));

        Assert.Equal("buy", Assert.Single(receiver.Traces).ResourceSpans[0].ScopeSpans[0].Spans[0].Name);
        Assert.Equal(5, Assert.Single(receiver.Metrics).ResourceMetrics[0].ScopeMetrics[0].Metrics[0].Sum.DataPoints[0].AsInt);
    }

    [Fact]
    public async Task A_packed_message_is_unpacked()
    {
        await using var receiver = await Receiver.StartAsync();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Samples.Trace("packed").ToByteArray());
        }

        var (status, _) = await receiver.CallAsync(Call, Frame(packed.ToArray(), flag: 1), encoding: "gzip");

        Assert.Equal("0", status);
        Assert.Equal("packed", Assert.Single(receiver.Traces).ResourceSpans[0].ScopeSpans[0].Spans[0].Name);
    }

    [Fact]
    public async Task Refusals_have_their_status()
    {
        await using var receiver = await Receiver.StartAsync(new OtlpReceiverOptions { ApiKey = "right", MaxBodyBytes = 1000 });
        var good = Frame(Samples.Trace().ToByteArray());

        Assert.Equal("16", (await receiver.CallAsync(Call, good)).Status);
        Assert.Equal("16", (await receiver.CallAsync(Call, good, key: "wrong")).Status);
        Assert.Equal("12", (await receiver.CallAsync("/opentelemetry.proto.collector.trace.v1.TraceService/Other", good, key: "right")).Status);
        Assert.Equal("12", (await receiver.CallAsync(Call, Frame([], flag: 1), key: "right", encoding: "zstd")).Status);
        Assert.Equal("3", (await receiver.CallAsync(Call, Frame([0x0a, 0xff]), key: "right")).Status);
        Assert.Equal("3", (await receiver.CallAsync(Call, good[..^1], key: "right")).Status);
        Assert.Equal("3", (await receiver.CallAsync(Call, [], key: "right")).Status);
        Assert.Equal("8", (await receiver.CallAsync(Call, Frame(Samples.Trace(new string('n', 2000)).ToByteArray()), key: "right")).Status);
        Assert.Empty(receiver.Traces);
        Assert.Equal("0", (await receiver.CallAsync(Call, good, key: "right")).Status);
        Assert.Single(receiver.Traces);
    }

    private static byte[] Frame(byte[] message, byte flag = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }
}
