using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Platform.ServiceDefaults.Tests.Telemetry;

/// <summary>A small service on a real port whose signals end in lists.</summary>
internal sealed class ObservedApp : IAsyncDisposable
{
    private readonly SpanList _spans = new();
    private readonly LogList _logs = new();
    private readonly MetricList _metrics = new();
    private WebApplication _app = null!;

    private ObservedApp()
    {
    }

    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    public static async Task<ObservedApp> StartAsync(params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("OTEL_TRACES_SAMPLER", "parentbased_always_on")]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)));
        builder.AddTelemetry("sample");

        var self = new ObservedApp();
        builder.Services.ConfigureOpenTelemetryTracerProvider(t => t.AddProcessor(new SimpleActivityExportProcessor(self._spans)));
        builder.Services.ConfigureOpenTelemetryLoggerProvider(l => l.AddProcessor(new SimpleLogRecordExportProcessor(self._logs)));
        builder.Services.ConfigureOpenTelemetryMeterProvider(m => m.AddReader(new BaseExportingMetricReader(self._metrics)));

        var app = builder.Build();
        self._app = app;
        app.UseHttpSpanTags();
        app.MapGet("/items/{id}", (string id) => Results.Text(id));
        app.MapGet("/broken", string () => throw new InvalidOperationException("mail of ann@example.org"));
        app.MapGet("/unavailable", () => Results.StatusCode(503));
        app.MapGet("/health", () => "ok");
        app.MapGet("/stream", async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
        });
        await app.StartAsync();
        self.Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        return self;
    }

    /// <summary>Spans, figures and lines are written after the answer was read, so tests wait for them.</summary>
    public static async Task UntilAsync(Func<bool> there)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = 0; i < 1000 && !there(); i++)
        {
            await timer.WaitForNextTickAsync();
        }

        Assert.True(there(), "What was waited for did not come.");
    }

    public async Task<Activity> ServerSpanAsync()
    {
        await UntilAsync(() => _spans.Snapshot().Any(s => s.Kind == ActivityKind.Server));
        return _spans.Snapshot().First(s => s.Kind == ActivityKind.Server);
    }

    /// <summary>Waits for the log lines of this many answered requests.</summary>
    public Task AnsweredAsync(int requests) => UntilAsync(() => Processed.Count() >= requests);

    public IEnumerable<LogList.Line> Processed =>
        _logs.Snapshot().Where(l => l.Message?.StartsWith("request_processed", StringComparison.Ordinal) == true);

    public IReadOnlyList<Activity> Spans => _spans.Snapshot();

    public IReadOnlyList<LogList.Line> Logs => _logs.Snapshot();

    /// <summary>Value (count for a histogram) of every point of a metric by its labels, as <c>a=1,b=2</c>.</summary>
    public Dictionary<string, double> Points(string metric)
    {
        _app.Services.GetRequiredService<MeterProvider>().ForceFlush();
        return _metrics.Points(metric);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
