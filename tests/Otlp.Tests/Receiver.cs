using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Otlp;
using Otlp.V1;

namespace Platform.Otlp.Tests;

/// <summary>A real server with both listeners, and what has come in.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });

    private Receiver(WebApplication app) => _app = app;

    public ConcurrentQueue<ExportTraceServiceRequest> Traces { get; } = new();

    public ConcurrentQueue<ExportLogsServiceRequest> Logs { get; } = new();

    public ConcurrentQueue<ExportMetricsServiceRequest> Metrics { get; } = new();

    public Uri Http { get; private set; } = null!;

    public Uri Grpc { get; private set; } = null!;

    public static async Task<Receiver> StartAsync(OtlpReceiverOptions? options = null, OtlpOutcome outcome = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = 1024;
            kestrel.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        var receiver = new Receiver(app);
        var sink = new OtlpSink(
            request => Keep(receiver.Traces, request, outcome),
            request => Keep(receiver.Logs, request, outcome),
            request => Keep(receiver.Metrics, request, outcome));
        app.MapOtlpHttp(sink, options ?? new OtlpReceiverOptions());
        app.MapOtlpGrpc(sink, options ?? new OtlpReceiverOptions());
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        receiver.Http = new Uri(addresses[0]);
        receiver.Grpc = new Uri(addresses[1]);
        return receiver;
    }

    public Task<HttpResponseMessage> PostAsync(string path, byte[] body, string type = "application/x-protobuf", string? encoding = null, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Http, path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        if (key is not null)
        {
            request.Headers.Add(OtlpReceiverOptions.ApiKeyHeader, key);
        }

        return _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A call by hand; the answer's status is in the headers or, after a message, in the trailers.</summary>
    public async Task<(string Status, string Message)> CallAsync(string path, byte[] frame, string? key = null, string? encoding = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Grpc, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        if (key is not null)
        {
            request.Headers.Add(OtlpReceiverOptions.ApiKeyHeader, key);
        }

        if (encoding is not null)
        {
            request.Headers.Add("grpc-encoding", encoding);
        }

        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var headers = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        return (headers.GetValues("grpc-status").Single(), headers.TryGetValues("grpc-message", out var m) ? Uri.UnescapeDataString(m.Single()) : "");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private static OtlpOutcome Keep<T>(ConcurrentQueue<T> queue, T request, OtlpOutcome outcome)
    {
        queue.Enqueue(request);
        return outcome;
    }
}

internal static class Samples
{
    public static readonly byte[] TraceId = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
    public static readonly byte[] SpanId = [.. Enumerable.Range(1, 8).Select(i => (byte)i)];

    public static ExportTraceServiceRequest Trace(string name = "work") => new()
    {
        ResourceSpans =
        {
            new ResourceSpans
            {
                ScopeSpans =
                {
                    new ScopeSpans { Spans = { new Span { Name = name, TraceId = ByteString.CopyFrom(TraceId), SpanId = ByteString.CopyFrom(SpanId) } } },
                },
            },
        },
    };
}
