using System.Globalization;
using System.Text;

namespace Platform.KnowledgeGraph.Query;

/// <summary>
/// Cuts a query into tokens by openCypher 9's rules. What the store reads is written anew from these tokens, so that nothing
/// depends on the store's own idea of comments, white space, quotes and escapes.
/// </summary>
internal sealed class CypherTokenizer(string query)
{
    private const int MaxTokens = 5_000;

    private static readonly string[] Symbols =
    [
        "<>", "<=", ">=", "=~", "..", "+=", "(", ")", "[", "]", "{", "}", ",", ".", ":", ";", "+", "-", "*", "/", "%", "^", "=", "<", ">", "|",
    ];

    private int _at;

    public static IReadOnlyList<CypherToken> Read(string query) => new CypherTokenizer(query).ReadAll();

    private List<CypherToken> ReadAll()
    {
        var tokens = new List<CypherToken>();
        while (true)
        {
            var spaced = SkipSpace();
            if (_at >= query.Length)
            {
                tokens.Add(new CypherToken(TokenKind.End, "", _at, spaced));
                return tokens;
            }

            if (tokens.Count >= MaxTokens)
            {
                throw new QueryRefusedException(Refusal.TooExpensive, "The query is too long.");
            }

            tokens.Add(Next(spaced));
        }
    }

    private CypherToken Next(bool spaced)
    {
        var start = _at;
        var c = query[_at];
        if (IsNameStart(c))
        {
            return new CypherToken(TokenKind.Name, TakeName(), start, spaced);
        }

        if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < query.Length && char.IsAsciiDigit(query[_at + 1]) && !PreviousIsDot()))
        {
            return new CypherToken(TokenKind.Number, TakeNumber(), start, spaced);
        }

        switch (c)
        {
            case '`':
                return new CypherToken(TokenKind.Name, TakeQuotedName(), start, spaced, Quoted: true);
            case '\'' or '"':
                return new CypherToken(TokenKind.Text, TakeText(c), start, spaced);
            case '$':
                _at++;
                return _at < query.Length && IsNameStart(query[_at])
                    ? new CypherToken(TokenKind.Parameter, TakeName(), start, spaced)
                    : throw Bad(start, "a parameter needs a name of letters, digits and _");
        }

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(query, _at, symbol, 0, symbol.Length) == 0)
            {
                _at += symbol.Length;
                return new CypherToken(TokenKind.Symbol, symbol, start, spaced);
            }
        }

        throw Bad(start, $"U+{(int)c:X4} has no meaning here");
    }

    private bool SkipSpace()
    {
        var start = _at;
        while (_at < query.Length)
        {
            if (query[_at] is ' ' or '\t' or '\n' or '\r')
            {
                _at++;
            }
            else if (Starts("//"))
            {
                var end = query.IndexOf('\n', _at);
                _at = end < 0 ? query.Length : end + 1;
            }
            else if (Starts("/*"))
            {
                var end = query.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                _at = end < 0 ? throw Bad(_at, "the comment does not end") : end + 2;
            }
            else
            {
                break;
            }
        }

        return _at > start;
    }

    private string TakeName()
    {
        var start = _at;
        while (_at < query.Length && (IsNameStart(query[_at]) || char.IsAsciiDigit(query[_at])))
        {
            _at++;
        }

        return _at - start <= 128 ? query[start.._at] : throw Bad(start, "the name is too long");
    }

    private string TakeQuotedName()
    {
        var start = ++_at;
        var end = query.IndexOf('`', start);
        if (end <= start || end - start > 256)
        {
            throw Bad(start - 1, "a name in back-ticks must end, and must not be empty or too long");
        }

        _at = end + 1;
        if (_at < query.Length && query[_at] == '`')
        {
            throw Bad(_at, "a back-tick inside a name is not supported");
        }

        var name = query[start..end];
        foreach (var c in name)
        {
            if (char.IsControl(c) || c == '\\')
            {
                throw Bad(start, "a name must not hold control characters or back-slashes");
            }
        }

        return name;
    }

    private string TakeText(char quote)
    {
        var start = _at++;
        var text = new StringBuilder();
        while (_at < query.Length)
        {
            var c = query[_at++];
            if (c == quote)
            {
                return text.ToString();
            }

            if (c == '\0')
            {
                throw Bad(_at - 1, "U+0000 cannot be stored");
            }

            text.Append(c == '\\' ? TakeEscape() : c);
        }

        throw Bad(start, "the text does not end");
    }

    private char TakeEscape()
    {
        var c = _at < query.Length ? query[_at++] : throw Bad(_at, "the text does not end");
        switch (c)
        {
            case '\\' or '\'' or '"' or '`':
                return c;
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u' when _at + 4 <= query.Length && ushort.TryParse(query.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && code != 0:
                _at += 4;
                return (char)code;
            default:
                throw Bad(_at - 2, "this escape is not known");
        }
    }

    private string TakeNumber()
    {
        var start = _at;
        TakeDigits();
        // "1..3" is a range, not two numbers.
        if (_at < query.Length && query[_at] == '.' && _at + 1 < query.Length && char.IsAsciiDigit(query[_at + 1]))
        {
            _at++;
            TakeDigits();
        }

        if (_at < query.Length && query[_at] is 'e' or 'E')
        {
            _at++;
            if (_at < query.Length && query[_at] is '+' or '-')
            {
                _at++;
            }

            TakeDigits();
        }

        var text = query[start.._at];
        var follows = _at < query.Length && IsNameStart(query[_at]);
        return !follows && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? text
            : throw Bad(start, "this is not a number");
    }

    private void TakeDigits()
    {
        while (_at < query.Length && char.IsAsciiDigit(query[_at]))
        {
            _at++;
        }
    }

    private bool PreviousIsDot() => _at > 0 && query[_at - 1] == '.';

    private bool Starts(string text) => string.CompareOrdinal(query, _at, text, 0, text.Length) == 0;

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static QueryRefusedException Bad(int position, string why) => new(Refusal.Syntax, $"At character {position + 1}: {why}.");
}
