using System.Collections.Frozen;
using System.Text;

namespace Platform.Agent.Planning;

/// <summary>A run of words that may name something, and the key it is looked up by.</summary>
internal readonly record struct NameSpan(int Start, int Length, string Key);

/// <summary>Finds the runs of words that are worth looking up as names.</summary>
internal static class NameSpans
{
    /// <summary>The longest name that is recognised, in words.</summary>
    public const int MaxWords = 9;

    /// <summary>Words that no unquoted name starts with.</summary>
    private static readonly FrozenSet<string> NeverFirst = new[]
    {
        "how", "many", "does", "do", "did", "which", "what", "is", "are", "was", "were", "of", "by", "for", "to", "and", "or", "that", "who", "with", "me", "please", "a", "an",
        "use", "uses", "used", "using", "show", "list", "tell", "between", "from", "about", "both", "but", "not", "has", "have", "than", "most", "as",
    }.ToFrozenSet();

    /// <summary>Words that no unquoted name ends with.</summary>
    private static readonly FrozenSet<string> NeverLast = new[]
    {
        "does", "do", "did", "which", "what", "is", "are", "was", "were", "of", "by", "and", "or", "that", "who", "with", "the", "a", "an", "use", "uses", "used", "using", "between", "has", "have",
    }.ToFrozenSet();

    public static List<NameSpan> Find(IReadOnlyList<Token> tokens)
    {
        var spans = new List<NameSpan>();
        for (var start = 0; start < tokens.Count; start++)
        {
            for (var length = 1; length <= MaxWords && start + length <= tokens.Count; length++)
            {
                if (length > 1 && (tokens[start + length - 1].CommaBefore || tokens[start + length - 2].Possessive))
                {
                    break;
                }

                if (IsWorth(tokens, start, length))
                {
                    var key = Key(tokens, start, length);
                    spans.Add(new NameSpan(start, length, key));
                    // "APT 28" and "APT-28" are APT28.
                    if (length <= 2 && !tokens[start].Quoted && char.IsLetter(key[0]) && char.IsAsciiDigit(key[^1]) && key.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal) is var squashed && squashed != key)
                    {
                        spans.Add(new NameSpan(start, length, squashed));
                    }
                }
            }
        }

        return spans;
    }

    private static bool IsWorth(IReadOnlyList<Token> tokens, int start, int length)
    {
        var first = tokens[start];
        var last = tokens[start + length - 1];
        if (first.Quoted || last.Quoted)
        {
            // A quoted name is taken whole: it neither reaches out of the marks nor is it cut.
            return first.Quoted && last.Quoted
                && (start == 0 || !tokens[start - 1].Quoted || tokens[start].CommaBefore)
                && (start + length == tokens.Count || !tokens[start + length].Quoted || tokens[start + length].CommaBefore);
        }

        if (NeverFirst.Contains(first.Word) || NeverLast.Contains(last.Word))
        {
            return false;
        }

        return !IsGrammar(Key(tokens, start, length));
    }

    /// <summary>A noun or verb of the grammar is not taken for a name that happens to be spelled so, unless it is quoted.</summary>
    private static bool IsGrammar(string key) =>
        Kinds.TryGet(key, out _) || Relations.IsVerb(key) || Lexicon.Fillers.Contains(key)
        || Lexicon.Platforms.ContainsKey(key) || Lexicon.TryNumber(key, out _);

    private static string Key(IReadOnlyList<Token> tokens, int start, int length)
    {
        if (length == 1)
        {
            return tokens[start].Word;
        }

        var key = new StringBuilder(tokens[start].Word);
        for (var i = start + 1; i < start + length; i++)
        {
            key.Append(' ').Append(tokens[i].Word);
        }

        return key.ToString();
    }
}
