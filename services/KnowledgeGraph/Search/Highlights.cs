using System.Net;
using System.Text;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Search;

/// <summary>Shows where a node's text matches: a piece of each field, as HTML.</summary>
internal static class Highlights
{
    private const int Before = 60;
    private const int Length = 200;
    private const int MinStem = 4;

    public static Dictionary<string, string> Of(GraphNode node, IReadOnlyList<string> words)
    {
        var highlights = new Dictionary<string, string>();
        Add(highlights, "name", node.Name, words);
        Add(highlights, "search_terms", node.Properties.GetValueOrDefault("search_terms") as string, words);
        Add(highlights, "description", node.Properties.GetValueOrDefault("description") as string, words);
        return highlights;
    }

    private static void Add(Dictionary<string, string> highlights, string field, string? text, IReadOnlyList<string> words)
    {
        if (text is null || Mark(text, words) is not { } marked)
        {
            return;
        }

        highlights[field] = marked;
    }

    private static string? Mark(string text, IReadOnlyList<string> words)
    {
        var first = -1;
        var spans = new List<(int Start, int End)>();
        var at = 0;
        while (at < text.Length)
        {
            while (at < text.Length && !char.IsLetterOrDigit(text[at]))
            {
                at++;
            }

            var start = at;
            while (at < text.Length && char.IsLetterOrDigit(text[at]))
            {
                at++;
            }

            if (at > start && Matches(text.AsSpan(start, at - start), words))
            {
                first = first < 0 ? start : first;
                spans.Add((start, at));
            }

            if (first >= 0 && at > first + Length)
            {
                break;
            }
        }

        return first < 0 ? null : Cut(text, first, spans);
    }

    private static string Cut(string text, int first, List<(int Start, int End)> spans)
    {
        var from = Math.Max(0, first - Before);
        var to = Math.Min(text.Length, from + Length);
        var html = new StringBuilder(from > 0 ? "…" : "");
        var at = from;
        foreach (var (start, end) in spans)
        {
            if (end > to)
            {
                break;
            }

            html.Append(WebUtility.HtmlEncode(text[at..start])).Append("<em>").Append(WebUtility.HtmlEncode(text[start..end])).Append("</em>");
            at = end;
        }

        return html.Append(WebUtility.HtmlEncode(text[at..to])).Append(to < text.Length ? "…" : "").ToString();
    }

    /// <summary>The engine matches by stem; a common beginning comes close enough to show why.</summary>
    private static bool Matches(ReadOnlySpan<char> word, IReadOnlyList<string> words)
    {
        foreach (var wanted in words)
        {
            if (word.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)
                || (word.Length >= MinStem && wanted.AsSpan().StartsWith(word, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }
}
