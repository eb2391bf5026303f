using Aspire.Hosting.Local.Dashboard.Telemetry;
using Otlp.V1;

namespace Aspire.Hosting.Local.Dashboard.Api;

/// <summary>A trace as a line of the list.</summary>
internal sealed record TraceEntry(string Id, string Name, string Resource, double Start, double Ms, int Spans, int Errors, TraceShare[] Resources, bool? Partial)
{
    public static TraceEntry Of(Trace trace)
    {
        var root = Root(trace.Spans);
        var (start, end, errors) = (long.MaxValue, long.MinValue, 0);
        var shares = new Dictionary<string, (int Spans, int Errors)>();
        foreach (var span in trace.Spans)
        {
            start = Math.Min(start, span.Start);
            end = Math.Max(end, span.End);
            errors += span.IsError ? 1 : 0;
            var share = shares.GetValueOrDefault(span.Source.Name);
            shares[span.Source.Name] = (share.Spans + 1, share.Errors + (span.IsError ? 1 : 0));
        }

        return new TraceEntry(
            Ids.Text(trace.Id), root.Name, root.Source.Name, TelemetryTime.Milliseconds(start), TelemetryTime.Milliseconds(end - start), trace.Spans.Length, errors,
            [.. shares.Select(s => new TraceShare(s.Key, s.Value.Spans, s.Value.Errors))], trace.IsPartial ? true : null);
    }

    // A caller outside may have begun the trace: then the earliest span stands for it.
    private static StoredSpan Root(StoredSpan[] spans)
    {
        var root = spans[0];
        foreach (var span in spans)
        {
            if ((span.ParentId == 0, -span.Start).CompareTo((root.ParentId == 0, -root.Start)) > 0)
            {
                root = span;
            }
        }

        return root;
    }
}

internal sealed record TraceShare(string Name, int Spans, int Errors);

/// <summary>
/// A span as a row of the waterfall: it began <c>At</c> microseconds after the trace and took <c>Us</c>. <c>Type</c> is http, database,
/// messaging, rpc or nothing; <c>Info</c> tells it from others of its name: a status, a statement, a queue.
/// </summary>
internal sealed record SpanEntry(
    string Id, string? Parent, string Name, string Resource, string Kind, double At, double Us, bool? Error, string? Type, string? Info, int Events, int Links)
{
    private const int InfoLength = 160;

    public static SpanEntry Of(StoredSpan span, long start)
    {
        var decoded = span.Decode();
        var (type, info) = Describe(decoded);
        return new SpanEntry(
            Ids.Text(span.SpanId), span.ParentId == 0 ? null : Ids.Text(span.ParentId), span.Name, span.Source.Name, KindOf(span), (span.Start - start) / 1e3,
            (span.End - span.Start) / 1e3, span.IsError ? true : null, type, info, decoded.Events.Count, decoded.Links.Count);
    }

    public static string KindOf(StoredSpan span) => span.Kind switch
    {
        Span.Types.SpanKind.Server => "server",
        Span.Types.SpanKind.Client => "client",
        Span.Types.SpanKind.Producer => "producer",
        Span.Types.SpanKind.Consumer => "consumer",
        _ => "internal",
    };

    // By the attributes of the semantic conventions, the present names before the former ones.
    private static (string? Type, string? Info) Describe(Span span)
    {
        string? Value(string name) => span.Attributes.FirstOrDefault(a => a.Key == name) is { } found ? Attributes.Text(found.Value) : null;
        var (type, info) =
            (Value("db.system.name") ?? Value("db.system")) is { } database ? ("database", Value("db.query.text") ?? Value("db.statement") ?? Value("db.operation.name") ?? database)
            : Value("messaging.system") is { } messaging ? ("messaging", Value("messaging.destination.name") ?? messaging)
            : Value("rpc.system") is { } rpc ? ("rpc", Value("rpc.method") ?? rpc)
            : (Value("http.request.method") ?? Value("http.method")) is not null ? ("http", Value("http.response.status_code") ?? Value("http.status_code"))
            : (null, null);
        return (type, info?.Length > InfoLength ? string.Concat(info.AsSpan(0, InfoLength), "…") : info);
    }
}

/// <summary>Everything that a span says.</summary>
internal sealed record SpanDetails(
    string Id,
    string? Parent,
    string Name,
    string Resource,
    string Kind,
    string Scope,
    double Start,
    double Us,
    string Status,
    string? Message,
    NamedValue[] Attributes,
    EventView[] Events,
    LinkView[] Links,
    NamedValue[] ResourceAttributes,
    uint Dropped)
{
    public static SpanDetails Of(StoredSpan span, TelemetryStore store)
    {
        var decoded = span.Decode();
        return new SpanDetails(
            Ids.Text(span.SpanId),
            span.ParentId == 0 ? null : Ids.Text(span.ParentId),
            span.Name,
            span.Source.Name,
            SpanEntry.KindOf(span),
            span.Scope,
            TelemetryTime.Milliseconds(span.Start),
            (span.End - span.Start) / 1e3,
            (decoded.Status?.Code ?? 0) switch { Otlp.V1.Status.Types.StatusCode.Ok => "ok", Otlp.V1.Status.Types.StatusCode.Error => "error", _ => "unset" },
            string.IsNullOrEmpty(decoded.Status?.Message) ? null : decoded.Status.Message,
            NamedValue.Of(Telemetry.Attributes.Read(decoded.Attributes, store.Limits)),
            [.. decoded.Events.Select(e => new EventView(
                e.Name, (TelemetryTime.FromWire(e.TimeUnixNano) - span.Start) / 1e3, NamedValue.Of(Telemetry.Attributes.Read(e.Attributes, store.Limits))))],
            [.. decoded.Links.Select(l => LinkView.Of(l, store))],
            NamedValue.Of(span.Source.Attributes),
            decoded.DroppedAttributesCount + decoded.DroppedEventsCount + decoded.DroppedLinksCount);
    }
}

/// <summary>An event, <c>At</c> microseconds after the beginning of its span.</summary>
internal sealed record EventView(string Name, double At, NamedValue[] Attributes);

/// <summary>A link; when it is known, its trace is kept, so there is something to go to.</summary>
internal sealed record LinkView(string Trace, string Span, bool Known, NamedValue[] Attributes)
{
    public static LinkView Of(Span.Types.Link link, TelemetryStore store)
    {
        var trace = Ids.Trace(link.TraceId);
        return new LinkView(
            Ids.Text(trace), Ids.Text(Ids.Span(link.SpanId)), store.Spans.Find(trace) is not null, NamedValue.Of(Telemetry.Attributes.Read(link.Attributes, store.Limits)));
    }
}
