using Aspire.Hosting.Local.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Hosting.Local.Dashboard.Api;

/// <summary>Structured logs: a filtered list, newest first, and one record with all it says.</summary>
internal static class LogEndpoints
{
    public const int MaxLimit = 2_000;

    public static void MapLogs(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/logs", List);
        app.MapGet("/api/logs/{id:long}", One);
    }

    private static IResult List(
        TelemetryStore store,
        string? resource = null,
        string? level = null,
        string? text = null,
        string? trace = null,
        string? span = null,
        string? attribute = null,
        int limit = 200)
    {
        UInt128 traceId = 0;
        ulong spanId = 0;
        var unknown = (!string.IsNullOrEmpty(trace) && !Ids.TryParse(trace, out traceId)) || (!string.IsNullOrEmpty(span) && !Ids.TryParse(span, out spanId));
        var filter = new LogFilter(Given(resource), Levels.Lowest(level), Given(text)?.Trim(), traceId, spanId, Pair(attribute));
        var (records, total) = unknown ? ([], 0) : store.Logs.Query(filter, Math.Clamp(limit, 1, MaxLimit));
        return ApiJson.Of(new LogList(total, store.Logs.SourceNames().Order(StringComparer.Ordinal).ToArray(), [.. records.Select(LogEntry.Of)]));
    }

    private static IResult One(long id, TelemetryStore store)
    {
        if (store.Logs.Find(id) is not { } record)
        {
            return Results.NotFound();
        }

        var decoded = record.Decode();
        return ApiJson.Of(new LogDetails(
            LogEntry.Of(record),
            decoded.EventName.Length == 0 ? null : decoded.EventName,
            NamedValue.Of(Attributes.Read(decoded.Attributes, store.Limits)),
            NamedValue.Of(record.Source.Attributes),
            decoded.DroppedAttributesCount));
    }

    internal static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    /// <summary><c>name=value</c>; the value may hold further signs.</summary>
    internal static KeyValuePair<string, string>? Pair(string? text)
        => text?.IndexOf('=') is > 0 and var at ? new(text[..at], text[(at + 1)..]) : null;

    private sealed record LogList(int Total, string[] Resources, LogEntry[] Logs);

    private sealed record LogDetails(LogEntry Log, string? Event, NamedValue[] Attributes, NamedValue[] Resource, uint Dropped);
}

/// <summary>A record as a line of the list: the id names it as long as it is kept, the time is in milliseconds since 1970.</summary>
internal sealed record LogEntry(long Id, double Time, string Resource, string Level, string Category, string Message, string? Trace, string? Span)
{
    public static LogEntry Of(StoredLog record) => new(
        record.Id,
        TelemetryTime.Milliseconds(record.Time),
        record.Source.Name,
        Levels.Name(record.Severity),
        record.Scope,
        record.Message,
        record.TraceId == 0 ? null : Ids.Text(record.TraceId),
        record.SpanId == 0 ? null : Ids.Text(record.SpanId));
}
