using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Platform.EndToEndTests;

/// <summary>A span as it came over OTLP.</summary>
/// <param name="Links">Ids of the spans that it is linked to.</param>
internal sealed record Span(
    string Service,
    string TraceId,
    string SpanId,
    string ParentId,
    string Name,
    int Kind,
    bool IsError,
    IReadOnlyList<string> Links,
    IReadOnlyDictionary<string, string> Attributes);

/// <summary>Takes OTLP/HTTP protobuf (opentelemetry-proto 1.x) and keeps the spans.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private (Uri Address, string Key)? _next;

    private OtlpReceiver(WebApplication app) => _app = app;

    public ConcurrentQueue<Span> Spans { get; } = new();

    /// <summary>Everything that arrived, as raw bytes by signal (<c>traces</c>, <c>metrics</c>, <c>logs</c>), for searching.</summary>
    public ConcurrentQueue<(string Signal, byte[] Bytes)> Bodies { get; } = new();

    public Uri Address { get; private set; } = null!;

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            receiver.Bodies.Enqueue((signal, body.ToArray()));
            if (signal == "traces")
            {
                receiver.ReadTraces(body.ToArray());
            }

            await receiver.PassOnAsync(signal, request.ContentType, body.ToArray());
            return Results.Bytes([], "application/x-protobuf");
        });
        await app.StartAsync();
        receiver.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return receiver;
    }

    /// <summary>From now on everything goes on to the dashboard, as it does without this receiver between.</summary>
    public void PassOnTo(Uri address, string key) => _next = (address, key);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task PassOnAsync(string signal, string? type, byte[] body)
    {
        if (_next is not var (address, key))
        {
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, $"/v1/{signal}")) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type ?? "application/x-protobuf");
        request.Headers.Add("x-otlp-api-key", key);
        using var answer = await _client.SendAsync(request);
    }

    private void ReadTraces(byte[] request)
    {
        foreach (var resourceSpans in Messages(request, 1))
        {
            var resource = Messages(resourceSpans, 1).Select(Attributes(1)).FirstOrDefault() ?? new Dictionary<string, string>();
            foreach (var span in Messages(resourceSpans, 2).SelectMany(scope => Messages(scope, 2)))
            {
                Spans.Enqueue(ReadSpan(resource.GetValueOrDefault("service.name", ""), span));
            }
        }
    }

    private static Span ReadSpan(string service, byte[] bytes)
    {
        string trace = "", id = "", parent = "", name = "";
        var kind = 0;
        var isError = false;
        var links = new List<string>();
        var input = new CodedInputStream(bytes);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            switch (tag >> 3)
            {
                case 1: trace = Convert.ToHexStringLower(input.ReadBytes().Span); break;
                case 2: id = Convert.ToHexStringLower(input.ReadBytes().Span); break;
                case 4: parent = Convert.ToHexStringLower(input.ReadBytes().Span); break;
                case 5: name = input.ReadString(); break;
                case 6: kind = input.ReadEnum(); break;
                case 13: links.AddRange(Messages(input.ReadBytes().ToByteArray(), 2).Select(Convert.ToHexStringLower)); break;
                case 15: isError = IsError(input.ReadBytes().ToByteArray()); break;
                default: input.SkipLastField(); break;
            }
        }

        return new Span(service, trace, id, parent, name, kind, isError, links, Attributes(9)(bytes));
    }

    /// <summary>Status: code = 3 (2 is error).</summary>
    private static bool IsError(byte[] status)
    {
        var input = new CodedInputStream(status);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (tag >> 3 == 3)
            {
                return input.ReadEnum() == 2;
            }

            input.SkipLastField();
        }

        return false;
    }

    /// <summary>KeyValue fields: key = 1, value = 2 (AnyValue: string 1, bool 2, int 3).</summary>
    private static Func<byte[], IReadOnlyDictionary<string, string>> Attributes(int field) => bytes =>
    {
        var attributes = new Dictionary<string, string>();
        foreach (var pair in Messages(bytes, field))
        {
            string key = "", value = "";
            var input = new CodedInputStream(pair);
            for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
            {
                if (tag >> 3 == 1)
                {
                    key = input.ReadString();
                }
                else
                {
                    var any = new CodedInputStream(input.ReadBytes().ToByteArray());
                    var kind = any.ReadTag() >> 3;
                    value = kind switch { 1 => any.ReadString(), 2 => any.ReadBool().ToString(), 3 => any.ReadInt64().ToString(), _ => "" };
                }
            }

            attributes[key] = value;
        }

        return attributes;
    };

    private static List<byte[]> Messages(byte[] bytes, int field)
    {
        var found = new List<byte[]>();
        var input = new CodedInputStream(bytes);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (tag >> 3 == field && (tag & 7) == 2)
            {
                found.Add(input.ReadBytes().ToByteArray());
            }
            else
            {
                input.SkipLastField();
            }
        }

        return found;
    }
}
