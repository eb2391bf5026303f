using Aspire.Hosting.Local.Dashboard;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Otlp.V1;
using Platform.Aspire.Hosting.Local.Tests.Telemetry;
using Platform.TestSupport;

namespace Platform.Aspire.Hosting.Local.Tests.Browser;

/// <summary>A dashboard over two small resources, with telemetry sent to it as any sender would, and a browser.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    public const string OrderTrace = "00000000000000000000000000000001";
    private readonly HttpClient _sender = new(new SocketsHttpHandler { UseProxy = false });
    private TestApplication _application = null!;

    internal Chromium Chromium { get; private set; } = null!;

    public string StartLink => $"{_application.Setting("ASPNETCORE_URLS")}/login?t={_application.Setting("AppHost:BrowserToken")}";

    public async ValueTask InitializeAsync()
    {
        _application = new TestApplication(dashboard: true);
        var database = _application.AddShell("database", "echo ready; exec sleep 1000");
        _application.AddShell("shop", "echo \"\u001b[32mopen\u001b[0m for business\"; exec sleep 1000")
            .WithEnvironment("DATABASE_PASSWORD", _application.Builder.AddParameter("p", "geheim", secret: true))
            .WithReferenceRelationship(database.Resource);
        await _application.StartAsync();
        await SendOrderAsync();
        await SendMetricsAsync();
        Chromium = await Chromium.StartAsync();
    }

    public Task SendAsync(ExportLogsServiceRequest logs) => SendAsync("/v1/logs", logs);

    public async ValueTask DisposeAsync()
    {
        await Chromium.DisposeAsync();
        await _application.DisposeAsync();
        _sender.Dispose();
    }

    // A request that goes through a queue into another process and fails there.
    private async Task SendOrderAsync()
    {
        var now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        const ulong Millisecond = 1_000_000;
        var send = Sample.Span(1, 2, "orders send", parent: 1, start: now + (20 * Millisecond), milliseconds: 5);
        send.Kind = Span.Types.SpanKind.Producer;
        send.Attributes.Add([Sample.Text("messaging.system", "rabbitmq"), Sample.Text("messaging.destination.name", "orders")]);
        await SendAsync("/v1/traces", Sample.Traces("shop", Sample.Span(1, 1, "POST /orders", start: now, milliseconds: 40), send));

        var query = Sample.Span(1, 4, "INSERT", parent: 3, start: now + (45 * Millisecond), milliseconds: 30, error: true);
        query.Kind = Span.Types.SpanKind.Client;
        query.Attributes.Add([Sample.Text("db.system.name", "postgresql"), Sample.Text("db.query.text", "insert into stock values ($1)")]);
        query.Events.Add(new Span.Types.Event { Name = "exception", TimeUnixNano = now + (70 * Millisecond), Attributes = { Sample.Text("exception.type", "StockException"), Sample.Text("exception.message", "nothing left") } });
        await SendAsync("/v1/traces", Sample.Traces("warehouse", Sample.Span(1, 3, "orders process", parent: 2, start: now + (40 * Millisecond), milliseconds: 60), query));
        await SendAsync("/v1/logs", Sample.Logs("shop",
            Sample.Log("order taken", trace: 1, span: 1, time: now),
            Sample.Log("order failed", severity: 17, trace: 1, span: 1, time: now + (100 * Millisecond))));
    }

    private async Task SendMetricsAsync()
    {
        var now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        for (ulong i = 0; i <= 12; i++)
        {
            var time = now - ((12 - i) * 5 * Sample.Second);
            await SendAsync("/v1/metrics", Sample.Metrics("shop", "1",
                Sample.Counter("orders", time, i * 50, "/a"),
                Sample.Counter("orders", time, i * 10, "/b"),
                Sample.Histogram("http.server.request.duration", time, [0.01, 0.1, 1], [i * 90, i * 9, i, 0], exampleTrace: 1)));
        }
    }

    private async Task SendAsync(string path, IMessage message)
    {
        var address = _application.Services.GetRequiredService<DashboardAddress>();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address.OtlpHttp, path)) { Content = new ByteArrayContent(message.ToByteArray()) };
        request.Content.Headers.ContentType = new("application/x-protobuf");
        request.Headers.Add("x-otlp-api-key", address.OtlpKey);
        using var answer = await _sender.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }
}
