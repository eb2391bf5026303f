using System.Buffers.Binary;
using Google.Protobuf;
using Otlp.V1;

namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>
/// A span: what lists and waterfalls need as fields, everything else as the encoded message, which is decoded when someone looks.
/// So a span is two objects for the garbage collector, and its size is known.
/// </summary>
internal sealed class StoredSpan
{
    private readonly byte[] _encoded;

    private StoredSpan(TelemetrySource source, string scope, Span span, UInt128 traceId, ulong spanId, StringPool names)
    {
        Source = source;
        Scope = scope;
        TraceId = traceId;
        SpanId = spanId;
        ParentId = Ids.Span(span.ParentSpanId);
        Name = names.Of(span.Name);
        Kind = span.Kind;
        Start = TelemetryTime.FromWire(span.StartTimeUnixNano);
        End = Math.Max(Start, TelemetryTime.FromWire(span.EndTimeUnixNano));
        IsError = span.Status?.Code == Status.Types.StatusCode.Error;
        LinkedTraces = span.Links.Count == 0 ? [] : [.. span.Links.Select(l => Ids.Trace(l.TraceId)).Where(t => t != 0 && t != traceId).Distinct()];
        // What is a field need not be in the encoding too.
        span.TraceId = span.SpanId = span.ParentSpanId = ByteString.Empty;
        span.Name = "";
        _encoded = span.ToByteArray();
    }

    public TelemetrySource Source { get; }

    public string Scope { get; }

    public UInt128 TraceId { get; }

    public ulong SpanId { get; }

    /// <summary>0 for a root.</summary>
    public ulong ParentId { get; }

    public string Name { get; }

    public Span.Types.SpanKind Kind { get; }

    public long Start { get; }

    public long End { get; }

    public bool IsError { get; }

    /// <summary>Other traces that this span names in its links.</summary>
    public UInt128[] LinkedTraces { get; }

    /// <summary>Roughly what it takes in memory.</summary>
    public int Size => 160 + _encoded.Length + (16 * LinkedTraces.Length);

    public Span Decode() => Span.Parser.ParseFrom(_encoded);

    /// <summary>Null for a span without valid ids (OTLP: 16 and 8 bytes, not all zero). Cuts <paramref name="span"/> to the limits.</summary>
    public static StoredSpan? From(TelemetrySource source, string scope, Span span, TelemetryLimits limits, StringPool names)
    {
        var (traceId, spanId) = (Ids.Trace(span.TraceId), Ids.Span(span.SpanId));
        if (traceId == 0 || spanId == 0)
        {
            return null;
        }

        Trim(span, limits);
        return new StoredSpan(source, scope, span, traceId, spanId, names);
    }

    private static void Trim(Span span, TelemetryLimits limits)
    {
        span.Name = Attributes.Cut(span.Name, limits);
        span.DroppedAttributesCount += Attributes.Trim(span.Attributes, limits);
        for (; span.Events.Count > limits.Events; span.DroppedEventsCount++)
        {
            span.Events.RemoveAt(span.Events.Count - 1);
        }

        for (; span.Links.Count > limits.Links; span.DroppedLinksCount++)
        {
            span.Links.RemoveAt(span.Links.Count - 1);
        }

        foreach (var e in span.Events)
        {
            e.Name = Attributes.Cut(e.Name, limits);
            Attributes.Trim(e.Attributes, limits);
        }

        foreach (var link in span.Links)
        {
            link.TraceState = "";
            Attributes.Trim(link.Attributes, limits);
        }

        span.TraceState = Attributes.Cut(span.TraceState, limits);
        if (span.Status is { } status)
        {
            status.Message = Attributes.Cut(status.Message, limits);
        }

        if (span.CalculateSize() > limits.RecordBytes)
        {
            span.DroppedAttributesCount += (uint)span.Attributes.Count;
            span.DroppedEventsCount += (uint)span.Events.Count;
            span.DroppedLinksCount += (uint)span.Links.Count;
            span.Attributes.Clear();
            span.Events.Clear();
            span.Links.Clear();
        }
    }
}

/// <summary>Ids as numbers; 0 stands for none, as in the specification.</summary>
internal static class Ids
{
    public static UInt128 Trace(ByteString id) => id.Length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(id.Span) : 0;

    public static ulong Span(ByteString id) => id.Length == 8 ? BinaryPrimitives.ReadUInt64BigEndian(id.Span) : 0;

    public static string Text(UInt128 traceId) => traceId.ToString("x32", null);

    public static string Text(ulong spanId) => spanId.ToString("x16", null);

    public static bool TryParse(string? text, out UInt128 traceId)
    {
        traceId = 0;
        return text?.Length == 32 && UInt128.TryParse(text, System.Globalization.NumberStyles.AllowHexSpecifier, null, out traceId) && traceId != 0;
    }

    public static bool TryParse(string? text, out ulong spanId)
    {
        spanId = 0;
        return text?.Length == 16 && ulong.TryParse(text, System.Globalization.NumberStyles.AllowHexSpecifier, null, out spanId) && spanId != 0;
    }
}
