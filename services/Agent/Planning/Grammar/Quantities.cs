namespace Platform.Agent.Planning;

/// <summary>How many there must be; null where that side is open.</summary>
internal readonly record struct Bounds(int? AtLeast, int? AtMost);

/// <summary>Reads how many: "more than 50", "at least two", "fewer than 3", "exactly one", "5 or more".</summary>
internal static class Quantities
{
    private static readonly (string[] Words, Func<int, Bounds> Of)[] Before =
    [
        (["more than", "over", "above", "greater than", "upwards of", "in excess of"], n => new(n + 1, null)),
        (["at least", "a minimum of", "minimum", "no fewer than", "no less than", "not less than", "not fewer than"], n => new(n, null)),
        (["less than", "fewer than", "under", "below"], n => new(null, n - 1)),
        (["at most", "no more than", "up to", "a maximum of", "maximum", "not more than"], n => new(null, n)),
        (["exactly", "only", "just", "precisely", "only a", "a", "not more and not less than"], n => new(n, n)),
    ];

    private static readonly (string[] Words, Func<int, Bounds> Of)[] Behind =
    [
        (["or more", "and more", "plus"], n => new(n, null)),
        (["or fewer", "or less"], n => new(null, n)),
    ];

    public static IEnumerable<string> Words => Before.Concat(Behind).SelectMany(w => w.Words).Concat(["multiple", "several", "single"]);

    public static IEnumerable<Parsed<Bounds>> At(Sentence s, int at)
    {
        if (at < 0 || at >= s.Count)
        {
            yield break;
        }

        if (s.After(at, ["multiple", "several", "more than a single"]) is >= 0 and var many)
        {
            yield return new(new(2, null), many, 0);
        }

        if (s.After(at, ["only a single", "just a single", "exactly a single"]) is >= 0 and var single)
        {
            yield return new(new(1, 1), single, 0);
        }

        foreach (var (words, of) in Before)
        {
            if (s.After(at, words) is >= 0 and var next && Number(s, next) is { } number && number.Next >= 0)
            {
                yield return new(of(number.Value), number.Next, 0);
            }
        }

        if (Number(s, at) is { } plain)
        {
            foreach (var (words, of) in Behind)
            {
                if (s.After(plain.Next, words) is >= 0 and var next)
                {
                    yield return new(of(plain.Value), next, 0);
                }
            }
        }
    }

    private static Parsed<int>? Number(Sentence s, int at) =>
        at < s.Count && !s[at].Quoted && Lexicon.TryNumber(s[at].Word, out var number) ? new(number, at + 1, 0) : null;
}
