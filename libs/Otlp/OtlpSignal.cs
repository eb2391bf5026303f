using System.Buffers;
using Google.Protobuf;
using Otlp.V1;

namespace Otlp;

/// <summary>One of the three signals: how its request is decoded and its answer made.</summary>
internal sealed class OtlpSignal
{
    private static readonly JsonParser Json = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
    private readonly Func<ReadOnlySequence<byte>, bool, OtlpOutcome> _take;
    private readonly Func<OtlpOutcome, IMessage> _answer;

    private OtlpSignal(string path, string service, Func<ReadOnlySequence<byte>, bool, OtlpOutcome> take, Func<OtlpOutcome, IMessage> answer)
    {
        Path = path;
        Service = service;
        _take = take;
        _answer = answer;
    }

    /// <summary>Of OTLP/HTTP.</summary>
    public string Path { get; }

    /// <summary>Of OTLP/gRPC.</summary>
    public string Service { get; }

    public static OtlpSignal[] Of(OtlpSink sink) =>
    [
        new("/v1/traces", "opentelemetry.proto.collector.trace.v1.TraceService",
            (body, json) => sink.Traces(Parse(ExportTraceServiceRequest.Parser, body, json)),
            outcome => new ExportTraceServiceResponse
            {
                PartialSuccess = outcome == default ? null : new() { RejectedSpans = outcome.Rejected, ErrorMessage = outcome.Message ?? "" },
            }),
        new("/v1/logs", "opentelemetry.proto.collector.logs.v1.LogsService",
            (body, json) => sink.Logs(Parse(ExportLogsServiceRequest.Parser, body, json)),
            outcome => new ExportLogsServiceResponse
            {
                PartialSuccess = outcome == default ? null : new() { RejectedLogRecords = outcome.Rejected, ErrorMessage = outcome.Message ?? "" },
            }),
        new("/v1/metrics", "opentelemetry.proto.collector.metrics.v1.MetricsService",
            (body, json) => sink.Metrics(Parse(ExportMetricsServiceRequest.Parser, body, json)),
            outcome => new ExportMetricsServiceResponse
            {
                PartialSuccess = outcome == default ? null : new() { RejectedDataPoints = outcome.Rejected, ErrorMessage = outcome.Message ?? "" },
            }),
    ];

    /// <summary>Decodes the body, hands it over and makes the answer.</summary>
    /// <exception cref="OtlpFormatException">The body is not what it says it is.</exception>
    public IMessage Take(ReadOnlySequence<byte> body, bool json) => _answer(_take(body, json));

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySequence<byte> body, bool json) where T : class, IMessage<T>, new()
    {
        try
        {
            if (!json)
            {
                return parser.ParseFrom(body);
            }

            using var reader = new StreamReader(new MemoryStream(body.ToArray()));
            var request = Json.Parse<T>(reader);
            HexIds.Restore(request);
            return request;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or FormatException or ArgumentException)
        {
            throw new OtlpFormatException(e);
        }
    }
}

/// <summary>The sender's fault: the bytes are no message of this signal.</summary>
internal sealed class OtlpFormatException(Exception inner) : Exception($"The body cannot be decoded: {inner.Message}", inner);
