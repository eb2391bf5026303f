using System.Buffers;
using System.Text;

namespace Platform.Agent.Chat;

/// <summary>
/// Frames of server-sent events (HTML standard, section 9.2.6): UTF-8 without BOM, lines end with LF, a blank line ends
/// a frame, data of several lines becomes several fields.
/// </summary>
internal static class SseWriter
{
    public static void WriteEvent(IBufferWriter<byte> output, string? id, string? name, ReadOnlySpan<byte> data)
    {
        if (id is not null)
        {
            Field(output, "id: "u8, id);
        }

        if (name is not null)
        {
            Field(output, "event: "u8, name);
        }

        while (true)
        {
            var end = data.IndexOfAny((byte)'\r', (byte)'\n');
            output.Write("data: "u8);
            output.Write(end < 0 ? data : data[..end]);
            output.Write("\n"u8);
            if (end < 0)
            {
                break;
            }

            // CR LF is one line end, as the reader takes it.
            data = data[(end + (data[end] == '\r' && end + 1 < data.Length && data[end + 1] == '\n' ? 2 : 1))..];
        }

        output.Write("\n"u8);
    }

    /// <summary>A comment: keeps the connection open and says nothing.</summary>
    public static void WriteComment(IBufferWriter<byte> output, string text)
    {
        Field(output, ": "u8, text);
        output.Write("\n"u8);
    }

    /// <summary>Ids and names are ours and hold no line ends; one that did would end the field early, so it is refused.</summary>
    private static void Field(IBufferWriter<byte> output, ReadOnlySpan<byte> name, string value)
    {
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
        {
            throw new ArgumentException("A field of an event holds no line end.", nameof(value));
        }

        output.Write(name);
        Encoding.UTF8.GetBytes(value, output);
        output.Write("\n"u8);
    }
}
