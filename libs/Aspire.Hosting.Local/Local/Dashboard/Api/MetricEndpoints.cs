using Aspire.Hosting.Local.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Hosting.Local.Dashboard.Api;

/// <summary>Instruments by resource and meter, and one of them as lines over time.</summary>
internal static class MetricEndpoints
{
    private const int Steps = 120;
    private const int MaxMinutes = 720;
    private const int MaxValues = 100;

    public static void MapMetrics(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/metrics", List);
        app.MapGet("/api/metrics/chart", Chart);
    }

    private static IResult List(TelemetryStore store) => ApiJson.Of(store.Metrics.Instruments()
        .OrderBy(i => i.Key.Source, StringComparer.Ordinal).ThenBy(i => i.Key.Meter, StringComparer.Ordinal).ThenBy(i => i.Key.Name, StringComparer.Ordinal)
        .Select(i => new InstrumentEntry(i.Key.Source, i.Key.Meter, i.Key.Name, KindOf(i), i.Unit, i.Description)));

    private static IResult Chart(
        string resource, string meter, string name, TelemetryStore store, TimeProvider time, double minutes = 5, string? by = null, string[]? only = null)
    {
        var window = (long)(Math.Clamp(minutes, 0.5, MaxMinutes) * 60e9);
        var step = window / Steps;
        // Whole steps, so that a live chart moves on instead of being cut anew each time.
        var to = ((TelemetryTime.Now(time) / step) + 1) * step;
        var wanted = (only ?? []).Select(LogEndpoints.Pair).OfType<KeyValuePair<string, string>>().ToArray();
        var query = new ChartQuery(to - window, to, Steps, LogEndpoints.Given(by), wanted);
        return store.Metrics.Read(new InstrumentKey(resource, meter, name), i => View(i, query)) is { } view ? ApiJson.Of(view) : Results.NotFound();
    }

    private static ChartView View(MetricInstrument instrument, ChartQuery query)
    {
        var chart = MetricChart.Of(instrument, query);
        return new ChartView(
            KindOf(instrument),
            instrument.Unit,
            instrument.Description,
            [.. Enumerable.Range(1, query.Steps).Select(i => (query.From + (i * query.Step)) / 1e9)],
            [.. chart.Lines.Select(LineView.Of)],
            [.. chart.Rates.Select(LineView.Of)],
            chart.Omitted,
            Dimensions(instrument),
            [.. instrument.Examples.Where(e => e.Time >= query.From).OrderByDescending(e => e.Value).Take(20)
                .Select(e => new ExampleView(TelemetryTime.Milliseconds(e.Time), e.Value, Ids.Text(e.TraceId), Ids.Text(e.SpanId)))]);
    }

    private static DimensionView[] Dimensions(MetricInstrument instrument) =>
        [.. instrument.Series.Values.SelectMany(s => s.Attributes)
            .GroupBy(a => a.Key, a => a.Value, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new DimensionView(g.Key, [.. g.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MaxValues)]))];

    private static string KindOf(MetricInstrument instrument) => instrument.Kind switch
    {
        InstrumentKind.Counter => "counter",
        InstrumentKind.UpDownCounter => "updowncounter",
        InstrumentKind.Histogram => "histogram",
        _ => "gauge",
    };

    private sealed record InstrumentEntry(string Resource, string Meter, string Name, string Kind, string Unit, string Description);

    /// <param name="Kind">counter, updowncounter, gauge or histogram.</param>
    /// <param name="Unit">As the sender names it (UCUM).</param>
    /// <param name="Description">Of the instrument.</param>
    /// <param name="Times">Ends of the steps, seconds since 1970.</param>
    /// <param name="Lines">Values, rates a second of a counter, or p50, p90 and p99 of a histogram.</param>
    /// <param name="Rates">Of a histogram: values a second.</param>
    /// <param name="Omitted">Groups beyond those shown.</param>
    /// <param name="Dimensions">Attributes to group and filter by.</param>
    /// <param name="Examples">Traces in which the largest values of the window were measured.</param>
    private sealed record ChartView(
        string Kind, string Unit, string Description, double[] Times, LineView[] Lines, LineView[] Rates, int Omitted, DimensionView[] Dimensions, ExampleView[] Examples);

    private sealed record LineView(string Name, double?[] Values)
    {
        public static LineView Of(ChartLine line) => new(line.Name, [.. line.Values.Select(v => double.IsFinite(v) ? v : (double?)null)]);
    }

    private sealed record DimensionView(string Name, string[] Values);

    private sealed record ExampleView(double Time, double Value, string Trace, string Span);
}
