namespace Platform.GraphQL.Language;

/// <summary>A place in a document; both numbers begin at 1 (specification 7.1.4).</summary>
public readonly record struct SourceLocation(int Line, int Column)
{
    /// <summary>The line and column of an offset. Lines end with LF, CR or CR LF.</summary>
    public static SourceLocation Of(string text, int position)
    {
        var (line, start) = (1, 0);
        position = Math.Min(position, text.Length);
        while (text.AsSpan(start, position - start).IndexOfAny('\n', '\r') is var end && end >= 0)
        {
            end += start;
            start = text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
            if (start > position)
            {
                // Between CR and LF.
                return new SourceLocation(line, position - end + 1);
            }

            line++;
        }

        return new SourceLocation(line, position - start + 1);
    }
}

/// <summary>A text that is no document, or one beyond the limits of the parser.</summary>
public sealed class SyntaxException(string text, int position, string message, bool isLimit = false)
    : Exception((isLimit ? "" : "Syntax Error: ") + message)
{
    public SourceLocation Location { get; } = SourceLocation.Of(text, position);

    /// <summary>Refused for its size, not for its form.</summary>
    public bool IsLimit { get; } = isLimit;
}

/// <summary>What a parser takes before it gives up. Checked while reading, so that a long text costs no more than its beginning.</summary>
/// <param name="MaxLength">UTF-16 code units.</param>
/// <param name="MaxTokens">Lexical tokens, comments apart.</param>
/// <param name="MaxDepth">Braces, brackets and parentheses inside one another.</param>
public sealed record ParserLimits(int MaxLength = 100_000, int MaxTokens = 5_000, int MaxDepth = 50)
{
    /// <summary>For documents of one's own: a stack still has an end.</summary>
    public static ParserLimits Trusted { get; } = new(int.MaxValue, int.MaxValue, 500);
}
