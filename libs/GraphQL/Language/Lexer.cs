namespace Platform.GraphQL.Language;

/// <summary>Reads one token after another (specification 2.1). Commas, white space and comments are passed over.</summary>
internal sealed partial class Lexer(string text)
{
    private int _next;

    public string Text { get; } = text;

    public TokenKind Kind { get; private set; }

    public int Start { get; private set; }

    /// <summary>Where the token before this one ended.</summary>
    public int End => _next;

    /// <summary>A name or number as written; of a string, what it says.</summary>
    public string Value { get; private set; } = "";

    public void Advance()
    {
        SkipIgnored();
        Start = _next;
        if (_next >= Text.Length)
        {
            Kind = TokenKind.End;
            return;
        }

        var c = Text[_next];
        if (IsNameStart(c))
        {
            ReadName();
        }
        else if (Punctuator(c) is { } kind)
        {
            Kind = kind;
            _next++;
        }
        else if (c == '.')
        {
            ReadSpread();
        }
        else if (c == '"')
        {
            ReadString();
        }
        else if (c == '-' || char.IsAsciiDigit(c))
        {
            ReadNumber();
        }
        else
        {
            throw Fault(_next, c == '\''
                ? "Unexpected single quote character ('), did you mean to use a double quote (\")?"
                : $"Unexpected character: {Describe(_next)}.");
        }
    }

    public SyntaxException Fault(int position, string message) => new(Text, position, message);

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static TokenKind? Punctuator(char c) => c switch
    {
        '!' => TokenKind.Bang,
        '$' => TokenKind.Dollar,
        '&' => TokenKind.Ampersand,
        '(' => TokenKind.ParenOpen,
        ')' => TokenKind.ParenClose,
        ':' => TokenKind.Colon,
        '=' => TokenKind.Equal,
        '@' => TokenKind.At,
        '[' => TokenKind.BracketOpen,
        ']' => TokenKind.BracketClose,
        '{' => TokenKind.BraceOpen,
        '}' => TokenKind.BraceClose,
        '|' => TokenKind.Pipe,
        _ => null,
    };

    private void SkipIgnored()
    {
        while (_next < Text.Length)
        {
            switch (Text[_next])
            {
                case ' ' or '\t' or '\n' or '\r' or ',' or '\uFEFF':
                    _next++;
                    break;
                case '#':
                    SkipComment();
                    break;
                default:
                    return;
            }
        }
    }

    private void SkipComment()
    {
        while (_next < Text.Length && Text[_next] is not ('\n' or '\r'))
        {
            if (ScalarLength(_next) is var length && length == 0)
            {
                throw Fault(_next, $"Invalid character: {Describe(_next)}.");
            }

            _next += length;
        }
    }

    private void ReadName()
    {
        var end = _next + 1;
        while (end < Text.Length && (char.IsAsciiLetterOrDigit(Text[end]) || Text[end] == '_'))
        {
            end++;
        }

        Kind = TokenKind.Name;
        Value = Names.Of(Text.AsSpan(_next, end - _next));
        _next = end;
    }

    private void ReadSpread()
    {
        if (!Text.AsSpan(_next).StartsWith("...", StringComparison.Ordinal))
        {
            throw Fault(_next, $"Unexpected character: {Describe(_next)}.");
        }

        Kind = TokenKind.Spread;
        _next += 3;
    }

    private void ReadNumber()
    {
        var at = _next;
        var isFloat = false;
        if (Text[at] == '-')
        {
            at++;
        }

        if (Peek(at) == '0')
        {
            if (char.IsAsciiDigit(Peek(++at)))
            {
                throw Fault(at, $"Invalid number, unexpected digit after 0: {Describe(at)}.");
            }
        }
        else
        {
            at = SkipDigits(at);
        }

        if (Peek(at) == '.')
        {
            isFloat = true;
            at = SkipDigits(at + 1);
        }

        if (Peek(at) is 'e' or 'E')
        {
            isFloat = true;
            at = SkipDigits(Peek(at + 1) is '+' or '-' ? at + 2 : at + 1);
        }

        // 2.9.1: a number is not followed by what would look like a part of it.
        if (Peek(at) == '.' || IsNameStart(Peek(at)))
        {
            throw Fault(at, $"Invalid number, expected digit but got: {Describe(at)}.");
        }

        Kind = isFloat ? TokenKind.Float : TokenKind.Int;
        Value = Text[_next..at];
        _next = at;
    }

    private int SkipDigits(int at)
    {
        if (!char.IsAsciiDigit(Peek(at)))
        {
            throw Fault(at, $"Invalid number, expected digit but got: {Describe(at)}.");
        }

        while (char.IsAsciiDigit(Peek(at)))
        {
            at++;
        }

        return at;
    }

    private char Peek(int at) => at < Text.Length ? Text[at] : '\0';

    /// <summary>How many code units a Unicode scalar value takes here; 0 where there is half a pair.</summary>
    private int ScalarLength(int at)
    {
        var c = Text[at];
        if (!char.IsSurrogate(c))
        {
            return 1;
        }

        return char.IsHighSurrogate(c) && at + 1 < Text.Length && char.IsLowSurrogate(Text[at + 1]) ? 2 : 0;
    }

    private string Describe(int at)
    {
        if (at >= Text.Length)
        {
            return "<EOF>";
        }

        var c = Text[at];
        if (c is >= ' ' and <= '~')
        {
            return c == '"' ? "'\"'" : $"\"{c}\"";
        }

        return ScalarLength(at) == 2 ? $"U+{char.ConvertToUtf32(Text, at):X4}" : $"U+{(int)c:X4}";
    }
}
