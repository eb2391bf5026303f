using Aspire.Hosting.Local.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Hosting.Local.Dashboard.Api;

/// <summary>Traces: a filtered list, newest first; one as a waterfall with its log records; one span with all it says.</summary>
internal static class TraceEndpoints
{
    private const int MaxLimit = 1_000;
    private const int MaxRows = 3_000;

    public static void MapTraces(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/traces", List);
        app.MapGet("/api/traces/{trace}", One);
        app.MapGet("/api/traces/{trace}/spans/{span}", OneSpan);
    }

    private static IResult List(
        TelemetryStore store, string? resource = null, string? text = null, bool errors = false, double min = 0, int limit = 100)
    {
        var filter = new TraceFilter(LogEndpoints.Given(resource), LogEndpoints.Given(text)?.Trim(), errors, min);
        var (traces, total) = store.Spans.Query(filter, Math.Clamp(limit, 1, MaxLimit));
        return ApiJson.Of(new TraceList(total, store.Spans.SourceNames().Order(StringComparer.Ordinal).ToArray(), [.. traces.Select(TraceEntry.Of)]));
    }

    private static IResult One(string trace, TelemetryStore store)
    {
        if (!Ids.TryParse(trace, out UInt128 id) || store.Spans.Find(id) is not { } found)
        {
            return Results.NotFound();
        }

        var start = found.Spans.Min(s => s.Start);
        var (logs, _) = store.Logs.Query(new LogFilter(TraceId: id), LogEndpoints.MaxLimit);
        return ApiJson.Of(new TraceView(
            TraceEntry.Of(found),
            [.. found.Spans.OrderBy(s => s.Start).Take(MaxRows).Select(s => SpanEntry.Of(s, start))],
            [.. logs.Select(LogEntry.Of).Reverse()],
            [.. found.LinkedFrom.Take(100).Select(s => new LinkedFrom(Ids.Text(s.TraceId), Ids.Text(s.SpanId), s.Name, s.Source.Name))]));
    }

    private static IResult OneSpan(string trace, string span, TelemetryStore store)
        => Ids.TryParse(trace, out UInt128 traceId) && Ids.TryParse(span, out ulong spanId)
            && store.Spans.Find(traceId)?.Spans.FirstOrDefault(s => s.SpanId == spanId) is { } found
            ? ApiJson.Of(SpanDetails.Of(found, store))
            : Results.NotFound();

    private sealed record TraceList(int Total, string[] Resources, TraceEntry[] Traces);

    /// <param name="Trace">As in the list.</param>
    /// <param name="Spans">By the time they began; the first ones of a very large trace.</param>
    /// <param name="Logs">Records that name this trace, oldest first.</param>
    /// <param name="LinkedFrom">Spans of other traces that name this one in a link: what went on because of it.</param>
    private sealed record TraceView(TraceEntry Trace, SpanEntry[] Spans, LogEntry[] Logs, LinkedFrom[] LinkedFrom);

    private sealed record LinkedFrom(string Trace, string Span, string Name, string Resource);
}
