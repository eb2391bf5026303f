using System.Buffers;
using System.Buffers.Text;
using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FalkorDb;

/// <summary>
/// Writes <c>CYPHER name=literal … query</c>, the server's only form of parameters. Values are escaped here and
/// nowhere else: in a string only <c>\</c> and <c>"</c> have a meaning to the server's parser.
/// </summary>
public static class CypherWriter
{
    private const int MaxDepth = 32;
    private static readonly SearchValues<char> Special = SearchValues.Create("\\\"\0");

    /// <summary>The query with its parameters as UTF-8.</summary>
    /// <exception cref="ArgumentException">A value or name that the server cannot take: it is refused, never altered.</exception>
    public static ReadOnlyMemory<byte> Write(string query, IReadOnlyDictionary<string, object?>? parameters)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(256, query.Length * 2));
        if (parameters is { Count: > 0 })
        {
            Ascii(output, "CYPHER ");
            foreach (var (name, value) in parameters)
            {
                if (!IsName(name))
                {
                    throw new ArgumentException($"'{Shorten(name)}' cannot be the name of a parameter: letters, digits and _ only.");
                }

                Ascii(output, name);
                Ascii(output, "=");
                WriteValue(output, value, 0);
                Ascii(output, " ");
            }
        }

        if (query.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("The query holds U+0000.");
        }

        Utf8(output, query);
        return output.WrittenMemory;
    }

    /// <summary>One value as a Cypher literal.</summary>
    public static string Literal(object? value)
    {
        var output = new ArrayBufferWriter<byte>(64);
        WriteValue(output, value, 0);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Whether a text can be a parameter's name.</summary>
    public static bool IsName(string name)
    {
        if (name.Length is 0 or > 64 || char.IsAsciiDigit(name[0]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }

    private static void WriteValue(ArrayBufferWriter<byte> output, object? value, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new ArgumentException("A parameter is nested too deeply.");
        }

        switch (value)
        {
            case null:
                Ascii(output, "null");
                break;
            case string text:
                WriteString(output, text);
                break;
            case bool truth:
                Ascii(output, truth ? "true" : "false");
                break;
            case int or long or short or byte:
                WriteInteger(output, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double or float:
                WriteDouble(output, Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            case JsonElement element:
                WriteJson(output, element, depth);
                break;
            case IReadOnlyDictionary<string, object?> map:
                WriteMap(output, map, depth);
                break;
            case IReadOnlyDictionary<string, JsonElement> map:
                var next = false;
                Ascii(output, "{");
                foreach (var (key, item) in map)
                {
                    WriteKey(output, key, ref next);
                    WriteJson(output, item, depth + 1);
                }

                Ascii(output, "}");
                break;
            case IEnumerable list:
                WriteList(output, list, depth);
                break;
            default:
                throw new ArgumentException($"A parameter of type {value.GetType().Name} has no Cypher literal.");
        }
    }

    private static void WriteList(ArrayBufferWriter<byte> output, IEnumerable list, int depth)
    {
        var next = false;
        Ascii(output, "[");
        foreach (var item in list)
        {
            if (next)
            {
                Ascii(output, ",");
            }

            next = true;
            WriteValue(output, item, depth + 1);
        }

        Ascii(output, "]");
    }

    private static void WriteMap(ArrayBufferWriter<byte> output, IReadOnlyDictionary<string, object?> map, int depth)
    {
        var next = false;
        Ascii(output, "{");
        foreach (var (key, item) in map)
        {
            WriteKey(output, key, ref next);
            WriteValue(output, item, depth + 1);
        }

        Ascii(output, "}");
    }

    private static void WriteJson(ArrayBufferWriter<byte> output, JsonElement element, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new ArgumentException("A parameter is nested too deeply.");
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                WriteString(output, element.GetString()!);
                break;
            case JsonValueKind.True:
                Ascii(output, "true");
                break;
            case JsonValueKind.False:
                Ascii(output, "false");
                break;
            case JsonValueKind.Number when element.TryGetInt64(out var integer):
                WriteInteger(output, integer);
                break;
            case JsonValueKind.Number:
                WriteDouble(output, element.GetDouble());
                break;
            case JsonValueKind.Array:
                var nextItem = false;
                Ascii(output, "[");
                foreach (var item in element.EnumerateArray())
                {
                    if (nextItem)
                    {
                        Ascii(output, ",");
                    }

                    nextItem = true;
                    WriteJson(output, item, depth + 1);
                }

                Ascii(output, "]");
                break;
            case JsonValueKind.Object:
                var nextMember = false;
                Ascii(output, "{");
                foreach (var member in element.EnumerateObject())
                {
                    WriteKey(output, member.Name, ref nextMember);
                    WriteJson(output, member.Value, depth + 1);
                }

                Ascii(output, "}");
                break;
            default:
                Ascii(output, "null");
                break;
        }
    }

    /// <summary>Keys stand in back-ticks, and the server knows no escape for a back-tick inside them.</summary>
    private static void WriteKey(ArrayBufferWriter<byte> output, string key, ref bool next)
    {
        if (key.Length is 0 or > 256 || key.AsSpan().IndexOfAny('`', '\0') >= 0)
        {
            throw new ArgumentException($"'{Shorten(key)}' cannot be the key of a map: 1 to 256 characters without back-tick and U+0000.");
        }

        Ascii(output, next ? ",`" : "`");
        next = true;
        Utf8(output, key);
        Ascii(output, "`:");
    }

    private static void WriteString(ArrayBufferWriter<byte> output, string text)
    {
        Ascii(output, "\"");
        var rest = text.AsSpan();
        while (rest.IndexOfAny(Special) is var at and >= 0)
        {
            if (rest[at] == '\0')
            {
                throw new ArgumentException("A text holds U+0000, which the graph cannot store.");
            }

            Utf8(output, rest[..at]);
            Ascii(output, rest[at] == '"' ? "\\\"" : "\\\\");
            rest = rest[(at + 1)..];
        }

        Utf8(output, rest);
        Ascii(output, "\"");
    }

    private static void WriteInteger(ArrayBufferWriter<byte> output, long value)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(24), out var written);
        output.Advance(written);
    }

    /// <summary>17 digits, so that the stored value is the very same; the server shows 15 of them when it answers.</summary>
    private static void WriteDouble(ArrayBufferWriter<byte> output, double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentException("NaN and infinities have no Cypher literal.");
        }

        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (text.AsSpan().IndexOfAny('.', 'E') < 0)
        {
            text += ".0";
        }

        Ascii(output, text.Replace("E+", "e", StringComparison.Ordinal).Replace('E', 'e'));
    }

    private static void Ascii(ArrayBufferWriter<byte> output, string text) => Utf8(output, text);

    private static void Utf8(ArrayBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty)
        {
            output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
        }
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
