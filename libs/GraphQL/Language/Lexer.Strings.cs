using System.Globalization;
using System.Text;

namespace Platform.GraphQL.Language;

/// <summary>String values (specification 2.9.4).</summary>
internal sealed partial class Lexer
{
    private void ReadString()
    {
        if (Text.AsSpan(_next).StartsWith("\"\"\"", StringComparison.Ordinal))
        {
            ReadBlockString();
            return;
        }

        var at = _next + 1;
        var chunk = at;
        StringBuilder? value = null;
        while (at < Text.Length)
        {
            switch (Text[at])
            {
                case '"':
                    Kind = TokenKind.String;
                    Value = value is null ? Text[chunk..at] : value.Append(Text, chunk, at - chunk).ToString();
                    _next = at + 1;
                    return;
                case '\\':
                    value = (value ?? new StringBuilder()).Append(Text, chunk, at - chunk);
                    at = ReadEscape(at, value);
                    chunk = at;
                    break;
                case '\n' or '\r':
                    throw Fault(at, "Unterminated string.");
                default:
                    at += ScalarIn(at);
                    break;
            }
        }

        throw Fault(at, "Unterminated string.");
    }

    private void ReadBlockString()
    {
        var at = _next + 3;
        var chunk = at;
        var raw = new StringBuilder();
        while (at < Text.Length)
        {
            var rest = Text.AsSpan(at);
            if (rest.StartsWith("\"\"\"", StringComparison.Ordinal))
            {
                Kind = TokenKind.BlockString;
                Value = BlockStrings.Dedent(raw.Append(Text, chunk, at - chunk).ToString());
                _next = at + 3;
                return;
            }

            if (rest.StartsWith("\\\"\"\"", StringComparison.Ordinal))
            {
                raw.Append(Text, chunk, at - chunk);
                chunk = at + 1;
                at += 4;
                continue;
            }

            at += ScalarIn(at);
        }

        throw Fault(at, "Unterminated string.");
    }

    private int ScalarIn(int at)
    {
        var length = ScalarLength(at);
        return length > 0 ? length : throw Fault(at, $"Invalid character within String: {Describe(at)}.");
    }

    /// <summary>Appends what the escape at a backslash stands for, and returns where it ends.</summary>
    private int ReadEscape(int at, StringBuilder value)
    {
        var c = Peek(at + 1) switch
        {
            '"' => '"',
            '\\' => '\\',
            '/' => '/',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => 'u',
            _ => throw Fault(at, $"Invalid character escape sequence: \"{Excerpt(at, 2)}\"."),
        };
        if (c != 'u')
        {
            value.Append(c);
            return at + 2;
        }

        return Peek(at + 2) == '{' ? ReadBracedEscape(at, value) : ReadFixedEscape(at, value);
    }

    private int ReadBracedEscape(int at, StringBuilder value)
    {
        // Leading zeros count: six digits are as many as a scalar value needs, eight what the reference takes.
        var end = Text.IndexOf('}', at, Math.Min(12, Text.Length - at));
        if (end > at + 3 && int.TryParse(Text.AsSpan(at + 3, end - at - 3), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && Rune.IsValid(code))
        {
            value.Append(new Rune(code).ToString());
            return end + 1;
        }

        throw Fault(at, $"Invalid Unicode escape sequence: \"{Excerpt(at, end < 0 ? 12 : end - at + 1)}\".");
    }

    private int ReadFixedEscape(int at, StringBuilder value)
    {
        var code = FourDigits(at + 2);
        if (code >= 0 && Rune.IsValid(code))
        {
            value.Append((char)code);
            return at + 6;
        }

        // A pair of surrogates is written as two escapes.
        if (code is >= 0xD800 and <= 0xDBFF && Peek(at + 6) == '\\' && Peek(at + 7) == 'u' && FourDigits(at + 8) is >= 0xDC00 and <= 0xDFFF and var low)
        {
            value.Append((char)code).Append((char)low);
            return at + 12;
        }

        throw Fault(at, $"Invalid Unicode escape sequence: \"{Excerpt(at, 6)}\".");
    }

    private int FourDigits(int at) =>
        at + 4 <= Text.Length && int.TryParse(Text.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) ? code : -1;

    private string Excerpt(int at, int length) => Text.Substring(at, Math.Min(length, Text.Length - at));
}
