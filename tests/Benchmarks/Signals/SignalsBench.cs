using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using Platform.Benchmarks.Harness;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.Benchmarks.Signals;

/// <summary>What it costs to keep signals clean: the scrubbers by themselves, without a platform.</summary>
internal sealed class SignalsBench : Measurement
{
    private const int Repeats = 100_000;

    // 20 traces and 100 lines a second, and 1 % of those beyond.
    private const double Recorded = 20 + (0.01 * 9_980);
    private const double Logged = 100 + (0.01 * 9_900);
    private const string Route = "GET /api/v2/threat-intel/indicators/{id}";

    public override string Name => "signals";

    public override string Summary => "what scrubbing a span, a log record and a text costs";

    public override string Help => """
        One thread scrubs the server span of a request, the span of a database command, the log record of a request and texts
        with and without something to hide, 100,000 times a round. Prints nanoseconds and bytes each.

        Budget: by default, of 10,000 requests/s about 120 are recorded and 200 logged; scrubbing theirs may take at most 1 % of
        a core.
        """;

    public override Task RunAsync(Run run, CancellationToken ct)
    {
        using var spans = new SpanScrubber();
        using var logs = new LogScrubber();
        var records = new Records();
        var work = new (string Name, Action Work)[]
        {
            ("server span", () => Span(spans, ActivityKind.Server)),
            ("database span", () => Span(spans, ActivityKind.Client)),
            ("log record", () => records.Write(logs)),
            ("clean text", () => Scrub.Text(Route)),
            ("text with an address and a token", () => Scrub.Text("sign-in of ann@example.org with token=abcdef0123456789 failed")),
        };
        var times = work.ToDictionary(w => w.Name, _ => new List<double>());
        foreach (var (name, action) in work)
        {
            Measure(action);
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            run.Figures.Add(new Figure($"{name}: allocated", "B", GC.GetAllocatedBytesForCurrentThread() - before));
        }

        for (var round = 0; round < run.Options.Rounds; round++)
        {
            foreach (var (name, action) in work)
            {
                ct.ThrowIfCancellationRequested();
                times[name].Add(Measure(action));
            }
        }

        foreach (var (name, _) in work)
        {
            run.Figures.Add(new Figure($"{name}: time", "ns", times[name]));
        }

        run.Figures.Add(new Figure(
            "of a core at 10,000 requests/s as by default", "%",
            [.. times["server span"].Zip(times["database span"], times["log record"]).Select(t => ((Recorded * (t.First + t.Second)) + (Logged * t.Third)) / 1e7)],
            Budget.AtMost(1)));
        return Task.CompletedTask;
    }

    private static double Measure(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Repeats; i++)
        {
            action();
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / Repeats;
    }

    /// <summary>With the attributes that ASP.NET Core and Npgsql put on theirs.</summary>
    private static void Span(SpanScrubber scrubber, ActivityKind kind)
    {
        var span = new Activity(Route) { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        if (kind == ActivityKind.Server)
        {
            span.SetTag("server.address", "127.0.0.1");
            span.SetTag("server.port", 7777);
            span.SetTag("http.request.method", "GET");
            span.SetTag("url.scheme", "http");
            span.SetTag("url.path", "/api/v2/threat-intel/indicators/6480135e-adaf-48ef-a44a-48dedb25147f");
            span.SetTag("user_agent.original", "curl/8.1");
            span.SetTag("http.response.status_code", 200);
            span.SetTag("http.route", Route);
        }
        else
        {
            span.SetTag("db.query.text", "SELECT set_config('app.tenant_id', $1, true); SELECT id, name FROM indicators WHERE id = $2");
            span.SetTag("db.system.name", "postgresql");
            span.SetTag("db.namespace", "threatintel");
            span.SetTag("server.address", "127.0.0.1");
            span.SetTag("server.port", 5432);
        }

        scrubber.OnEnd(span);
    }

    /// <summary>Records come from the SDK alone: a logger writes them, and its only processor scrubs.</summary>
    private sealed class Records
    {
        private LogScrubber? _scrubber;
        private readonly ILogger _logger;

        public Records()
        {
            var factory = LoggerFactory.Create(logging => logging.AddOpenTelemetry(o =>
            {
                o.IncludeFormattedMessage = true;
                o.AddProcessor(new Passing(this));
            }));
            _logger = factory.CreateLogger("Platform.Requests");
        }

        public void Write(LogScrubber scrubber)
        {
            _scrubber = scrubber;
            if (_logger.IsEnabled(LogLevel.Information))
            {
                _logger.LogInformation("request_processed {Tenant} {Method} {Endpoint} {StatusCode} {DurationMs}", Guid.Empty, "GET", Route, 200, 1.234);
            }
        }

        private sealed class Passing(Records records) : BaseProcessor<LogRecord>
        {
            public override void OnEnd(LogRecord data) => records._scrubber?.OnEnd(data);
        }
    }
}
