using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Stix;

/// <summary>The JSON Canonicalization Scheme (RFC 8785), which STIX 2.1 section 2.9 names for deterministic ids.</summary>
public static class CanonicalJson
{
    /// <summary>The canonical text of a value.</summary>
    public static string Write(JsonElement value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    /// <summary>Appends the canonical text of a value.</summary>
    public static void Write(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(text, value);
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var first = true;
                foreach (var item in value.EnumerateArray())
                {
                    Separate(text, ref first);
                    Write(text, item);
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                WriteString(text, value.GetString()!);
                break;
            case JsonValueKind.Number:
                text.Append(Number(value.GetDouble()));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    /// <summary>Appends a JSON string with the escapes of RFC 8785 section 3.2.2.2 and no others.</summary>
    public static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }

    /// <summary>A number as ECMAScript writes it (RFC 8785 section 3.2.2.3).</summary>
    public static string Number(double value)
    {
        if (value == 0)
        {
            return "0";
        }

        // "R" gives the shortest digits that round-trip; ECMAScript only places them differently.
        var (digits, exponent) = Digits(Math.Abs(value).ToString("R", CultureInfo.InvariantCulture));
        var sign = value < 0 ? "-" : "";
        var n = exponent + 1;
        var k = digits.Length;
        if (k <= n && n <= 21)
        {
            return sign + digits + new string('0', n - k);
        }

        if (n is > 0 and <= 21)
        {
            return $"{sign}{digits[..n]}.{digits[n..]}";
        }

        if (n is > -6 and <= 0)
        {
            return $"{sign}0.{new string('0', -n)}{digits}";
        }

        var mantissa = k == 1 ? digits : $"{digits[..1]}.{digits[1..]}";
        return $"{sign}{mantissa}e{(n - 1 < 0 ? "-" : "+")}{Math.Abs(n - 1)}";
    }

    /// <summary>Significant digits, and the power of ten of the first of them.</summary>
    private static (string Digits, int Exponent) Digits(string text)
    {
        var e = text.IndexOf('E');
        var power = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.');
        var whole = point < 0 ? mantissa.Length : point;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var zeros = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), power + whole - 1 - zeros);
    }

    private static void WriteObject(StringBuilder text, JsonElement value)
    {
        var count = value.GetPropertyCount();
        var properties = ArrayPool<JsonProperty>.Shared.Rent(count);
        try
        {
            var used = 0;
            foreach (var property in value.EnumerateObject())
            {
                properties[used++] = property;
            }

            Array.Sort(properties, 0, used, ByName.Instance);
            text.Append('{');
            var first = true;
            for (var i = 0; i < used; i++)
            {
                Separate(text, ref first);
                WriteString(text, properties[i].Name);
                text.Append(':');
                Write(text, properties[i].Value);
            }

            text.Append('}');
        }
        finally
        {
            ArrayPool<JsonProperty>.Shared.Return(properties, clearArray: true);
        }
    }

    private static void Separate(StringBuilder text, ref bool first)
    {
        if (!first)
        {
            text.Append(',');
        }

        first = false;
    }

    /// <summary>By UTF-16 code units (RFC 8785 section 3.2.3).</summary>
    private sealed class ByName : IComparer<JsonProperty>
    {
        public static readonly ByName Instance = new();

        public int Compare(JsonProperty x, JsonProperty y) => string.CompareOrdinal(x.Name, y.Name);
    }
}
