using System.Collections.Frozen;

namespace Platform.Agent.Planning;

/// <summary>
/// The names of a message, and a walk over the words around them: for questions whose meaning does not hang on the order
/// of their words. Every word must be taken by somebody all the same.
/// </summary>
internal sealed class Gist
{
    /// <summary>Words that only ask, wherever they stand.</summary>
    public static readonly FrozenSet<string> Asking = new[]
    {
        "what", "which", "what's", "is", "are", "was", "were", "the", "a", "an", "of", "for", "does", "do", "did", "has", "have", "had", "can", "could", "would", "you", "me", "i", "us", "we", "tell", "show", "give", "list", "get", "please", "know",
        "by", "on", "in", "to", "under", "its", "their", "be", "been", "it", "they", "there", "s", "about", "need", "want", "like", "all", "any", "known", "exactly", "currently", "att&ck", "mitre", "each", "enterprise", "name", "say", "hey", "hi", "hello", "thanks",
        "my", "our", "i'd", "i'm", "does", "ever", "that", "this", "also", "and", "just", "quick", "question", "display", "return", "print", "provide", "find", "from", "with", "at", "let", "these", "respective", "how", "many", "number", "count", "total",
        "according", "documented", "listed", "recorded", "database", "data", "graph", "so", "ok", "okay", "id", "will", "so,", "framework", "matrix", "some", "tracked", "looking", "interested", "as", "see",
    }.ToFrozenSet();

    private readonly Sentence _s;
    private readonly List<Mention> _names = [];

    public Gist(Sentence sentence)
    {
        _s = sentence;
        for (var at = 0; at < sentence.Count;)
        {
            var longest = sentence.MentionsAt(at) is [var first, ..] && !IsVocabulary(first) ? first : null;
            if (longest is not null)
            {
                _names.Add(longest);
            }

            at = longest?.Next ?? at + 1;
        }
    }

    public IReadOnlyList<Mention> Names => _names;

    /// <summary>Whether every word between the names is taken.</summary>
    /// <param name="take">Where the words that it takes end; -1 when it takes none.</param>
    public bool Walk(Func<int, int> take)
    {
        for (var at = 0; at < _s.Count;)
        {
            if (_names.Find(n => n.Start == at) is { } name)
            {
                at = AfterKind(name.Next, name);
                continue;
            }

            var next = BeforeKind(at);
            next = next >= 0 ? next : _s[at].Quoted ? -1 : take(at);
            if (next <= at)
            {
                return false;
            }

            at = next;
        }

        return true;
    }

    /// <summary>Past the noun of a name: "APT28 group".</summary>
    private int AfterKind(int at, Mention name)
    {
        foreach (var (phrase, next) in at < _s.Count && !_s[at].CommaBefore && !_s[at - 1].Possessive ? _s.PhrasesAt(at) : [])
        {
            if (Kinds.TryGet(phrase, out var kind) && name.Candidates.Any(c => Kinds.Overlap(c.Entity.Kind, kind)) && _names.Count == 1 && phrase is not ("sub-techniques" or "techniques"))
            {
                return next;
            }
        }

        return at;
    }

    /// <summary>The noun before a name: "the group APT28".</summary>
    private int BeforeKind(int at)
    {
        foreach (var (phrase, next) in _s.PhrasesAt(at))
        {
            if (Kinds.TryGet(phrase, out var kind) && _names.Find(n => n.Start == next) is { } name && name.Candidates.Any(c => Kinds.Overlap(c.Entity.Kind, kind)))
            {
                return next;
            }
        }

        return -1;
    }

    /// <summary>A platform or a tactic is a filter rather than a name, unless it is named by its number.</summary>
    private bool IsVocabulary(Mention mention)
    {
        if (_s[mention.Start].Quoted || mention.Candidates.Any(c => c.Match == MatchKind.Id))
        {
            return false;
        }

        foreach (var (phrase, next) in _s.PhrasesAt(mention.Start))
        {
            if (next == mention.Next)
            {
                return Filters.Value(phrase) is not null || Kinds.TryGet(phrase, out _);
            }
        }

        return false;
    }
}
