using System.Text;

namespace Stix.Patterns;

internal enum TokenKind
{
    Word,
    Text,
    Number,
    Typed,
    Symbol,
    End,
}

internal readonly record struct Token(TokenKind Kind, string Text, int Position, string Literal = "");

/// <summary>Cuts a pattern into tokens (the lexer rules of the OASIS STIX Patterning grammar).</summary>
internal sealed class PatternLexer(string pattern)
{
    private int _at;

    public Token Next()
    {
        while (_at < pattern.Length && char.IsWhiteSpace(pattern[_at]))
        {
            _at++;
        }

        if (_at >= pattern.Length)
        {
            return new Token(TokenKind.End, "the end", _at);
        }

        var start = _at;
        var c = pattern[_at];
        if (c == '\'')
        {
            return new Token(TokenKind.Text, Quoted(), start, "string");
        }

        if (c is 't' or 'h' or 'b' && _at + 1 < pattern.Length && pattern[_at + 1] == '\'')
        {
            _at++;
            return new Token(TokenKind.Typed, Quoted(), start, c switch { 't' => "timestamp", 'h' => "hex", _ => "binary" });
        }

        if (char.IsAsciiDigit(c) || (c is '-' or '+' && _at + 1 < pattern.Length && (char.IsAsciiDigit(pattern[_at + 1]) || pattern[_at + 1] == '.')))
        {
            return Number(start);
        }

        if (char.IsAsciiLetter(c) || c == '_')
        {
            while (_at < pattern.Length && (char.IsAsciiLetterOrDigit(pattern[_at]) || pattern[_at] is '_' or '-'))
            {
                _at++;
            }

            return new Token(TokenKind.Word, pattern[start.._at], start);
        }

        return Symbol(start);
    }

    private Token Symbol(int start)
    {
        foreach (var two in (ReadOnlySpan<string>)["!=", "<>", "==", "<=", ">="])
        {
            if (pattern.AsSpan(_at).StartsWith(two, StringComparison.Ordinal))
            {
                _at += 2;
                return new Token(TokenKind.Symbol, two switch { "<>" => "!=", "==" => "=", _ => two }, start);
            }
        }

        if ("[]():.,=<>*".Contains(pattern[_at], StringComparison.Ordinal))
        {
            _at++;
            return new Token(TokenKind.Symbol, pattern[start.._at], start);
        }

        throw new PatternException("This character has no place in a pattern.", start);
    }

    private Token Number(int start)
    {
        _at++;
        var isFloat = pattern[start] == '.';
        while (_at < pattern.Length && (char.IsAsciiDigit(pattern[_at]) || pattern[_at] == '.'))
        {
            if (pattern[_at] == '.')
            {
                if (isFloat)
                {
                    throw new PatternException("A number has one decimal point.", _at);
                }

                isFloat = true;
            }

            _at++;
        }

        return new Token(TokenKind.Number, pattern[start.._at], start, isFloat ? "float" : "integer");
    }

    /// <summary>A string: <c>\'</c> and <c>\\</c> are its only escapes (section 9.1).</summary>
    private string Quoted()
    {
        var start = _at++;
        var text = new StringBuilder();
        while (_at < pattern.Length)
        {
            var c = pattern[_at++];
            if (c == '\'')
            {
                return text.ToString();
            }

            if (c == '\\')
            {
                if (_at >= pattern.Length || pattern[_at] is not ('\'' or '\\'))
                {
                    throw new PatternException("A backslash in a string must be followed by a quote or a backslash.", _at - 1);
                }

                c = pattern[_at++];
            }

            text.Append(c);
        }

        throw new PatternException("The string does not end.", start);
    }
}
