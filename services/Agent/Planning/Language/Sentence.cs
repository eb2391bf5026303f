namespace Platform.Agent.Planning;

/// <summary>A tokenised message with the names that were found in it.</summary>
internal sealed class Sentence
{
    /// <summary>The longest phrase of the vocabulary, in words.</summary>
    private const int MaxPhrase = 6;

    /// <summary>Steps of reading before a message counts as too tangled; an ordinary question takes some ten thousands.</summary>
    private const int MaxSteps = 4_000_000;

    /// <summary>From this length on it pays to remember what a list of phrases came to.</summary>
    private const int LongList = 12;

    private readonly Dictionary<(string[] Phrases, int At), int> _after = [];

    private int _steps;

    private readonly IReadOnlyList<Token> _tokens;
    private readonly List<Mention>[] _mentions;

    public Sentence(IReadOnlyList<Token> tokens, IReadOnlyList<Mention> mentions, PlanningContext? context = null)
    {
        Context = context ?? PlanningContext.None;
        _tokens = tokens;
        _mentions = new List<Mention>[tokens.Count];
        for (var i = 0; i < tokens.Count; i++)
        {
            _mentions[i] = [];
        }

        foreach (var mention in mentions)
        {
            _mentions[mention.Start].Add(mention);
        }

        foreach (var list in _mentions)
        {
            list.Sort(static (a, b) => b.Length.CompareTo(a.Length));
        }
    }

    public int Count => _tokens.Count;

    /// <summary>What was said before, and when this is.</summary>
    public PlanningContext Context { get; }

    public DateOnly Today => Context.Today;

    public Token this[int index] => _tokens[index];

    /// <summary>Names that start here, the longest first.</summary>
    public IReadOnlyList<Mention> MentionsAt(int at) => at < Count ? _mentions[at] : [];

    /// <summary>Where the longest of the phrases that stand here ends; -1 when none does.</summary>
    public int After(int at, string[] phrases)
    {
        if (at < 0 || at >= Count)
        {
            return -1;
        }

        if (phrases.Length >= LongList && _after.TryGetValue((phrases, at), out var known))
        {
            return known;
        }

        var best = -1;
        foreach (var phrase in phrases)
        {
            best = Math.Max(best, After(at, phrase));
        }

        if (phrases.Length >= LongList)
        {
            _after[(phrases, at)] = best;
        }

        return best;
    }

    /// <summary>Every place where one of the phrases that stand here ends.</summary>
    public IEnumerable<int> Afters(int at, string[] phrases)
    {
        var seen = 0L;
        if (at < 0 || at >= Count)
        {
            yield break;
        }

        foreach (var phrase in phrases)
        {
            if (After(at, phrase) is >= 0 and var next && (seen & (1L << (next - at))) == 0)
            {
                seen |= 1L << (next - at);
                yield return next;
            }
        }
    }

    /// <summary>Where the phrase ends, if it stands here; -1 otherwise. Words in quotation marks are names, never grammar.</summary>
    public int After(int at, string phrase)
    {
        if (++_steps > MaxSteps)
        {
            throw new ReadingTooLongException();
        }

        if (at < 0 || at >= Count || phrase.Length == 0 || _tokens[at].Word.Length == 0 || phrase[0] != _tokens[at].Word[0])
        {
            return -1;
        }

        var rest = phrase.AsSpan();
        while (true)
        {
            if (at >= Count || _tokens[at].Quoted)
            {
                return -1;
            }

            var space = rest.IndexOf(' ');
            var word = space < 0 ? rest : rest[..space];
            if (!word.SequenceEqual(_tokens[at].Word))
            {
                return -1;
            }

            at++;
            if (space < 0)
            {
                return at;
            }

            rest = rest[(space + 1)..];
        }
    }

    /// <summary>Past the words that carry no meaning.</summary>
    public int SkipFillers(int at)
    {
        while (at < Count && !_tokens[at].Quoted && Lexicon.Fillers.Contains(_tokens[at].Word))
        {
            at++;
        }

        return at;
    }

    /// <summary>Every phrase of one to six words that starts here, the longest first, with where it ends.</summary>
    public IEnumerable<(string Phrase, int Next)> PhrasesAt(int at)
    {
        var most = Math.Min(MaxPhrase, Count - at);
        for (var length = most; length > 0; length--)
        {
            if (Phrase(at, length) is { } phrase)
            {
                yield return (phrase, at + length);
            }
        }
    }

    private string? Phrase(int at, int length)
    {
        if (_tokens[at].Quoted)
        {
            return null;
        }

        var phrase = _tokens[at].Word;
        for (var i = at + 1; i < at + length; i++)
        {
            if (_tokens[i].Quoted || _tokens[i].CommaBefore || _tokens[i - 1].Possessive)
            {
                return null;
            }

            phrase += " " + _tokens[i].Word;
        }

        return phrase;
    }
}

/// <summary>A message can be read in so many ways that none of them is what its writer meant.</summary>
internal sealed class ReadingTooLongException : Exception;
