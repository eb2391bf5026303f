using System.Globalization;
using System.Text;
using System.Text.Json;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Streaming;

/// <summary>What is written of an event before it has its place in the tenant's sequence.</summary>
/// <param name="Topic">One of <see cref="StreamTopics"/>.</param>
/// <param name="Type">What happened, such as <c>indicator.upserted</c>.</param>
/// <param name="At">When.</param>
/// <param name="From">The clearance from which it is seen.</param>
/// <param name="Below">The clearance from which it is not seen any more; null without end.</param>
/// <param name="Data">What clients get, and filter by.</param>
internal sealed record StreamEntry(string Topic, string Type, DateTimeOffset At, TlpLevel From, TlpLevel? Below, IReadOnlyDictionary<string, object?> Data);

/// <summary>An event in its place, made ready once for all who listen.</summary>
internal sealed class StreamEvent
{
    private readonly Dictionary<string, string[]> _fields;
    private readonly TlpLevel _from;
    private readonly TlpLevel? _below;

    private StreamEvent(long sequence, string topic, TlpLevel from, TlpLevel? below, Dictionary<string, string[]> fields, JsonElement entry, byte[] message, byte[] frame) =>
        (Sequence, Topic, _from, _below, _fields, Entry, Message, Frame) = (sequence, topic, from, below, fields, entry, message, frame);

    /// <summary>To whoever listens, that the line still stands.</summary>
    public static StreamEvent Heartbeat { get; } = new(0, "", TlpLevel.Clear, null, [], default, [], ": still here\n\n"u8.ToArray());

    public long Sequence { get; }

    public string Topic { get; }

    /// <summary>As it was written: <c>type</c>, <c>at</c>, <c>data</c> and to whom it is told.</summary>
    public JsonElement Entry { get; }

    /// <summary>The JSON of a WebSocket message.</summary>
    public byte[] Message { get; }

    /// <summary>The same as an event of an event stream (WHATWG HTML, section 9.2).</summary>
    public byte[] Frame { get; }

    public bool IsSeenAt(TlpLevel clearance) => clearance >= _from && (_below is not { } below || clearance < below);

    /// <summary>Whether a member has one of the values, or is a list with one of them.</summary>
    public bool Has(string field, IReadOnlySet<string> values)
    {
        foreach (var value in _fields.GetValueOrDefault(field, []))
        {
            if (values.Contains(value))
            {
                return true;
            }
        }

        return false;
    }

    public static byte[] Write(StreamEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, Json.Options);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static StreamEvent Read(long sequence, ReadOnlySpan<byte> entry)
    {
        var json = JsonElement.Parse(entry);
        var topic = json.GetProperty("topic").GetString()!;
        var type = json.GetProperty("type").GetString()!;
        var data = json.GetProperty("data");
        var fields = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["type"] = [type] };
        foreach (var member in data.EnumerateObject())
        {
            fields[member.Name] = member.Value.ValueKind == JsonValueKind.Array
                ? [.. member.Value.EnumerateArray().Select(static v => v.ToString())]
                : [member.Value.ToString()];
        }

        var text = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"seq":{{sequence}},"topic":"{{topic}}","type":"{{type}}","at":{{json.GetProperty("at").GetRawText()}},"data":{{data.GetRawText()}}}""");
        return new StreamEvent(
            sequence,
            topic,
            LevelOf(json, "from") ?? TlpLevel.Red,
            LevelOf(json, "below"),
            fields,
            json,
            Encoding.UTF8.GetBytes(text),
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {sequence}\nevent: {topic}\ndata: {text}\n\n")));
    }

    private static TlpLevel? LevelOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out var level) && TlpLevels.TryParse(level.GetString(), out var read) ? read : null;
}
