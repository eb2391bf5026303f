using System.Buffers;
using System.Collections.Frozen;

namespace Platform.Agent.Planning;

/// <summary>
/// Splits a message at white space and takes the punctuation off both ends of each word, so that ids, addresses, file
/// names and defanged observables (<c>1[.]2[.]3[.]4</c>) stay whole.
/// </summary>
internal static class Tokenizer
{
    private static readonly SearchValues<char> Opening = SearchValues.Create("\"“”„«‘'`(<{");
    private static readonly SearchValues<char> Closing = SearchValues.Create("\"“”»’'`)>}.,;:!?…");
    private static readonly SearchValues<char> Quotes = SearchValues.Create("\"“”„«»`");
    private static readonly SearchValues<char> Breaks = SearchValues.Create(",;:.!?");

    /// <summary>After these, <c>'s</c> is a verb.</summary>
    private static readonly FrozenSet<string> Contracted = new[] { "what", "who", "that", "it", "where", "how", "there", "let", "which" }.ToFrozenSet();

    public static List<Token> Split(string message)
    {
        var tokens = new List<Token>();
        var quoted = false;
        var broken = false;
        var at = 0;
        while (at < message.Length)
        {
            if (char.IsWhiteSpace(message[at]) || char.IsControl(message[at]))
            {
                at++;
                continue;
            }

            var end = at;
            while (end < message.Length && !char.IsWhiteSpace(message[end]) && !char.IsControl(message[end]))
            {
                end++;
            }

            Add(message, at, end, tokens, ref quoted, ref broken);
            at = end;
        }

        return tokens;
    }

    private static void Add(string message, int start, int end, List<Token> tokens, ref bool quoted, ref bool broken)
    {
        while (start < end && Opening.Contains(message[start]))
        {
            quoted ^= Quotes.Contains(message[start]);
            start++;
        }

        var inQuotes = quoted;
        var breakAfter = false;
        while (end > start && Closing.Contains(message[end - 1]))
        {
            quoted ^= Quotes.Contains(message[end - 1]);
            breakAfter |= Breaks.Contains(message[end - 1]);
            end--;
        }

        if (end == start)
        {
            // Nothing but punctuation: a break, and no word.
            broken = true;
            return;
        }

        var text = message[start..end];
        var possessive = false;
        if (text.Length > 2 && text[^1] is 's' or 'S' && text[^2] is '\'' or '’' && !Contracted.Contains(text[..^2].ToLowerInvariant()))
        {
            text = text[..^2];
            end -= 2;
            possessive = true;
        }

        tokens.Add(new Token(text, text.ToLowerInvariant().Replace('’', '\''), start, end, broken, possessive, inQuotes));
        broken = breakAfter;
    }
}
