using System.Globalization;
using System.Text;
using Google.Protobuf;
using Otlp.V1;

namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>A log record: what lists and filters need as fields, its attributes as the encoded message.</summary>
internal sealed class StoredLog
{
    private readonly byte[] _encoded;

    private StoredLog(TelemetrySource source, string scope, LogRecord record, string message, long time)
    {
        Source = source;
        Scope = scope;
        Time = time;
        Severity = Math.Clamp(record.SeverityNumber, 0, 24);
        Message = message;
        TraceId = Ids.Trace(record.TraceId);
        SpanId = Ids.Span(record.SpanId);
        record.Body = null;
        record.TraceId = record.SpanId = ByteString.Empty;
        _encoded = record.ToByteArray();
    }

    /// <summary>Set by the store when it takes the record.</summary>
    public long Id { get; set; }

    public TelemetrySource Source { get; }

    /// <summary>The logger's category.</summary>
    public string Scope { get; }

    public long Time { get; }

    /// <summary>1–4 trace, 5–8 debug, 9–12 information, 13–16 warning, 17–20 error, 21–24 fatal; 0 unknown.</summary>
    public int Severity { get; }

    public bool IsError => Severity >= Levels.Error;

    public string Message { get; }

    public UInt128 TraceId { get; }

    public ulong SpanId { get; }

    public int Size => 160 + _encoded.Length + (2 * Message.Length);

    /// <summary>
    /// Whether it has exactly this attribute. The encoding is searched first, which is far quicker than to decode every record.
    /// </summary>
    public bool Has(string name, string value)
    {
        if (_encoded.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name)) < 0 || (IsText(value) && _encoded.AsSpan().IndexOf(Encoding.UTF8.GetBytes(value)) < 0))
        {
            return false;
        }

        foreach (var attribute in Decode().Attributes)
        {
            if (attribute.Key == name)
            {
                return Attributes.Text(attribute.Value) == value;
            }
        }

        return false;
    }

    public LogRecord Decode() => LogRecord.Parser.ParseFrom(_encoded);

    // Numbers, truth values, lists and bytes are encoded otherwise than they are shown.
    private static bool IsText(string value) => value is not ("" or "true" or "false") && value[0] is not ('[' or '{')
        && !double.TryParse(value, CultureInfo.InvariantCulture, out _)
        && !Convert.TryFromBase64String(value, new byte[value.Length], out _);

    public static StoredLog From(TelemetrySource source, string scope, LogRecord record, TelemetryLimits limits, long now)
    {
        Attributes.Trim(record.Body, limits);
        record.DroppedAttributesCount += Attributes.Trim(record.Attributes, limits);
        record.SeverityText = Attributes.Cut(record.SeverityText, limits);
        record.EventName = Attributes.Cut(record.EventName, limits);
        var message = Attributes.Cut(Attributes.Text(record.Body), limits);
        if (record.CalculateSize() > limits.RecordBytes)
        {
            record.DroppedAttributesCount += (uint)record.Attributes.Count;
            record.Attributes.Clear();
        }

        var time = record.TimeUnixNano != 0 ? record.TimeUnixNano : record.ObservedTimeUnixNano;
        return new StoredLog(source, scope, record, message, time != 0 ? TelemetryTime.FromWire(time) : now);
    }
}

/// <summary>The lowest severity number of each level.</summary>
internal static class Levels
{
    public const int Error = 17;

    public static int Lowest(string? level) => level switch
    {
        "debug" => 5,
        "information" => 9,
        "warning" => 13,
        "error" => Error,
        "critical" => 21,
        _ => 0,
    };

    public static string Name(int severity) => severity switch
    {
        0 => "",
        < 5 => "trace",
        < 9 => "debug",
        < 13 => "information",
        < Error => "warning",
        < 21 => "error",
        _ => "critical",
    };
}
