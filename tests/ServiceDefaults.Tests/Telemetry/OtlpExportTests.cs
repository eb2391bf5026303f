using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Platform.ServiceDefaults.Tests.Telemetry;

[Collection(nameof(ProcessWide))]
public sealed class OtlpExportTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static async Task<(WebApplication App, ConcurrentDictionary<string, List<(string Key, string Body)>> Received)> ReceiverAsync()
    {
        var received = new ConcurrentDictionary<string, List<(string, string)>>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0")]);
        var app = builder.Build();
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var list = received.GetOrAdd($"{context.Request.Method} {context.Request.Path} {context.Request.ContentType}", _ => []);
            lock (list)
            {
                // Latin-1 keeps every byte findable as text.
                list.Add((context.Request.Headers["x-otlp-api-key"].ToString(), Encoding.Latin1.GetString(body.ToArray())));
            }
        });
        await app.StartAsync(Ct);
        return (app, received);
    }

    [Fact]
    public async Task All_three_signals_leave_over_http_protobuf_with_key_and_resource_and_without_anything_personal()
    {
        var (receiver, received) = await ReceiverAsync();
        await using (receiver)
        {
            await using (var app = await ObservedApp.StartAsync(
                ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Urls.First()),
                ("OTEL_EXPORTER_OTLP_HEADERS", "x-otlp-api-key=abc123"),
                ("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=replica-7,deployment.environment.name=test")))
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/items/42?email=ann@example.org&token=s3cret");
                request.Headers.UserAgent.ParseAdd("SecretBrowser/1");
                request.Headers.Add("Authorization", "Bearer s3cret-bearer");
                await app.Client.SendAsync(request, Ct);
                await app.Client.GetAsync("/broken", Ct);
                app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Sample")
                    .LogError(new InvalidOperationException("row of ann@example.org"), "Sign-in of {Email} failed", "ann@example.org");
                await app.AnsweredAsync(2);
                await ObservedApp.UntilAsync(() => app.Spans.Count(x => x.Kind == System.Diagnostics.ActivityKind.Server) == 2);
                app.Services.GetRequiredService<TracerProvider>().ForceFlush();
                app.Services.GetRequiredService<MeterProvider>().ForceFlush();
                app.Services.GetRequiredService<LoggerProvider>().ForceFlush();
            }

            Assert.Equal(
                ["POST /v1/logs application/x-protobuf", "POST /v1/metrics application/x-protobuf", "POST /v1/traces application/x-protobuf"],
                received.Keys.Order(StringComparer.Ordinal));
            var all = received.Values.SelectMany(r => r).ToList();
            Assert.All(all, r => Assert.Equal("abc123", r.Key));
            foreach (var expected in new[] { "service.name", "sample", "service.version", "replica-7", "deployment.environment.name" })
            {
                Assert.All(received.Values, r => Assert.Contains(r, x => x.Body.Contains(expected, StringComparison.Ordinal)));
            }

            var sent = string.Concat(all.Select(r => r.Body));
            Assert.Contains("/items/{id}", sent);
            Assert.Contains("request_processed", sent);
            Assert.Contains("System.InvalidOperationException", sent);
            foreach (var secret in new[] { "ann@example.org", "ann%40", "s3cret", "SecretBrowser", "email=", "abc123" })
            {
                Assert.DoesNotContain(secret, sent);
            }
        }
    }

    [Fact]
    public async Task Nothing_is_sent_when_no_endpoint_is_set()
    {
        await using var app = await ObservedApp.StartAsync();
        await app.Client.GetAsync("/items/1", Ct);
        Assert.True(app.Services.GetRequiredService<TracerProvider>().ForceFlush());
    }

    [Fact]
    public async Task Unknown_protocol_is_named()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => ObservedApp.StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "smoke")));
        Assert.Contains("OTEL_EXPORTER_OTLP_PROTOCOL", fault.Message);
    }

    [Fact]
    public async Task Processed_requests_are_logged_by_their_ratio_and_server_errors_always()
    {
        await using var app = await ObservedApp.StartAsync(("Telemetry:RequestLogsPerSecond", "0"), ("Telemetry:RequestLogRatio", "0"));
        await app.Client.GetAsync("/items/1", Ct);
        await app.Client.GetAsync("/unavailable", Ct);
        await app.Client.GetAsync("/health", Ct);
        await app.AnsweredAsync(1);
        var line = Assert.Single(app.Processed);
        Assert.Equal("/unavailable", line.Attributes["Endpoint"]);
        Assert.Equal(503, line.Attributes["StatusCode"]);
        Assert.True(line.Attributes.ContainsKey("Tenant"));
        Assert.IsType<double>(line.Attributes["DurationMs"]);
    }
}
