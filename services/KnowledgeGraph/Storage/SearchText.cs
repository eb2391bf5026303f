using System.Globalization;
using System.Text;

namespace Platform.KnowledgeGraph.Storage;

/// <summary>
/// Makes a full-text query of what a person typed. Only letters and digits get through: everything else is an operator
/// to the search engine, or separates words as it did when the text was indexed.
/// </summary>
internal static class SearchText
{
    private const int MaxWords = 16;

    /// <summary>The words of a text, in lower case.</summary>
    public static IReadOnlyList<string> Words(string text, int most = MaxWords)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in text.Normalize(NormalizationForm.FormC).EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)
            {
                word.Append(Rune.ToLowerInvariant(rune));
            }
            else
            {
                Take(words, word, most);
            }
        }

        Take(words, word, most);
        return words;
    }

    /// <summary>All words must occur; empty when there is none.</summary>
    public static string ToRediSearch(TextSearch search)
    {
        var words = Words(search.Text);
        var query = new StringBuilder();
        for (var i = 0; i < words.Count; i++)
        {
            var slips = search.Match == TextMatch.Alike ? new string('%', Slips(words[i])) : "";
            query.Append(i == 0 ? "" : " ").Append(slips).Append(words[i]).Append(slips);
            // The engine asks for two characters before the star.
            if (search.Match == TextMatch.Prefix && i == words.Count - 1 && words[i].Length >= 2)
            {
                query.Append('*');
            }
        }

        return query.ToString();
    }

    /// <summary>
    /// The same for Lucene: words of nothing but letters, digits and marks need no escape, in lower case none is an operator. The
    /// beginning of a word is not put into its base form as the index's words are, so that a whole word is looked for beside it.
    /// </summary>
    public static string ToLucene(TextSearch search)
    {
        var words = Words(search.Text);
        var query = new StringBuilder();
        for (var i = 0; i < words.Count; i++)
        {
            query.Append(i == 0 ? "+" : " +");
            if (search.Match == TextMatch.Prefix && i == words.Count - 1)
            {
                query.Append('(').Append(words[i]).Append(' ').Append(words[i]).Append("*)");
            }
            else
            {
                var slips = search.Match == TextMatch.Alike ? Slips(words[i]) : 0;
                query.Append(words[i]).Append(slips > 0 ? string.Create(CultureInfo.InvariantCulture, $"~{slips}") : "");
            }
        }

        return query.ToString();
    }

    /// <summary>How many letters may differ: of a short word none, it would be another word.</summary>
    private static int Slips(string word) => word.Length switch { >= 6 => 2, >= 4 => 1, _ => 0 };

    private static void Take(List<string> words, StringBuilder word, int most)
    {
        if (word.Length > 0 && words.Count < most)
        {
            words.Add(word.ToString());
        }

        word.Clear();
    }
}
