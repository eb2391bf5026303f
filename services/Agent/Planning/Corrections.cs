namespace Platform.Agent.Planning;

/// <summary>A word that was taken for another.</summary>
internal sealed record Correction(string Written, string Read);

/// <summary>
/// Misspellings: a word that is nothing becomes the one word of the grammar, or the one name of the data, that it is a
/// slip away from. Digits are never guessed, and neither are short words.
/// </summary>
internal static class Corrections
{
    private const int ShortWord = 5;
    private const int LongWord = 9;
    private const int MaxName = 64;

    private static readonly Dictionary<int, string[]> Vocabulary = UnknownWords.Known.Where(w => w.Length >= 4 && w.All(char.IsLetter))
        .GroupBy(w => w.Length).ToDictionary(g => g.Key, g => g.ToArray());

    /// <summary>The only word of the grammar that a word can be a slip of; null where there is none, or several.</summary>
    public static string? Word(string word)
    {
        if (word.Length < ShortWord - 1 || !word.All(c => char.IsLetter(c) || c == '-'))
        {
            return null;
        }

        if (word.Length < ShortWord)
        {
            // Of a short word only two letters may have changed places.
            var letters = string.Concat(word.Order());
            return (Vocabulary.GetValueOrDefault(word.Length) ?? []).Where(c => c[0] == word[0] && string.Concat(c.Order()) == letters && Distance(word, c) == 1).ToList() is [var swapped] ? swapped : null;
        }

        var slips = word.Length >= LongWord ? 2 : 1;
        for (var distance = 1; distance <= slips; distance++)
        {
            var found = new HashSet<string>();
            for (var length = word.Length - distance; length <= word.Length + distance; length++)
            {
                foreach (var candidate in Vocabulary.GetValueOrDefault(length) ?? [])
                {
                    if (candidate[0] == word[0] && Distance(word, candidate) <= distance)
                    {
                        found.Add(candidate);
                    }
                }
            }

            if (found.Count > 0)
            {
                // "technique" and "techniques": what is added or left out at the end is the lesser slip.
                return found.Count == 1 ? found.First() : found.OrderBy(f => Math.Abs(f.Length - word.Length)).ThenBy(f => f[^1] == word[^1] ? 0 : 1).First() is var first && found.All(f => f.TrimEnd('s', 'd') == first.TrimEnd('s', 'd')) ? first : null;
            }
        }

        return null;
    }

    /// <summary>How far a run of words is from a name that it may be a slip of, written together or apart; null where it is none.</summary>
    public static int? Slips(string written, string name) => Slips(written, Bare(written), name, Bare(name));

    /// <summary>The same with the bare letters and digits of both already known.</summary>
    public static int? Slips(string written, string a, string name, string b)
    {
        if (a.Length < 4 || a.Length > MaxName || b.Length > MaxName || Math.Abs(a.Length - b.Length) > 2)
        {
            return null;
        }

        var slips = a.Length >= LongWord ? 2 : a.Length >= ShortWord ? 1 : 0;
        return a == b || (slips > 0 && a[0] == b[0] && Math.Abs(a.Length - b.Length) <= slips && Digits(a) == Digits(b) && Distance(a, b) <= slips)
            ? Distance(written.ToLowerInvariant(), name.ToLowerInvariant())
            : null;
    }

    /// <summary>The letters and digits of a text, in lower case.</summary>
    public static string Bare(string text) => string.Concat(text.ToLowerInvariant().Where(char.IsLetterOrDigit));

    private static string Digits(string text) => string.Concat(text.Where(char.IsDigit));

    /// <summary>Letters added, left out, changed or swapped with their neighbour.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var best = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                rows[i, j] = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] ? Math.Min(best, rows[i - 2, j - 2] + 1) : best;
            }
        }

        return rows[a.Length, b.Length];
    }
}
