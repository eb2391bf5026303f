namespace Platform.Agent.Planning;

/// <summary>
/// Every reading of a whole question. A reading uses each word: as grammar, as part of a name, or as one of the few
/// words that carry no meaning where they stand.
/// </summary>
internal sealed class Questions
{
    private const int ListLimit = 100;
    private readonly Sentence _s;
    private readonly Modifiers _modifiers;
    private readonly Sets _sets;
    private readonly List<Reading> _readings = [];

    private Questions(Sentence sentence)
    {
        _s = sentence;
        _modifiers = new Modifiers(sentence);
        _sets = new Sets(sentence, _modifiers);
    }

    public static List<Reading> Read(Sentence sentence)
    {
        var questions = new Questions(sentence);
        foreach (var start in questions.Openings())
        {
            questions.ReadFrom(start);
        }

        return questions._readings;
    }

    private void ReadFrom(int at)
    {
        Count(at);
        List(at);
        Exists(at);
        new TopQuestions(_s, _modifiers, _sets).Read(at, Add);
        new LinkQuestions(_s, _modifiers.Operands).Read(at, Add);
    }

    /// <summary>"How many techniques does APT28 use?"</summary>
    private void Count(int at)
    {
        if (_s.After(at, Lexicon.Count) is not (>= 0 and var next))
        {
            return;
        }

        next = _s.After(next, ["of", "of the"]) is >= 0 and var of ? of : next;
        foreach (var set in _sets.At(next))
        {
            Add(new CountPlan(set.Value), set.Next, set.Score);
        }
    }

    /// <summary>"Which groups use Mimikatz?", "List 5 techniques of APT28", "techniques used by APT28", "Who uses Mimikatz?"</summary>
    private void List(int at)
    {
        var next = _s.After(at, Lexicon.List);
        var from = _s.SkipFillers(next < 0 ? at : next);
        var limit = ListLimit;
        if (from < _s.Count && Lexicon.TryNumber(_s[from].Word, out var number) && number is > 0 and <= 1000 && !_s[from].Quoted)
        {
            limit = number;
            from++;
        }

        foreach (var set in _sets.At(from))
        {
            // A bare kind is no question: "groups" alone could ask for anything.
            if (next >= 0 || set.Value.Links.Count > 0)
            {
                Add(new ListPlan(set.Value, limit), set.Next, set.Score);
            }
        }

        var pronoun = _s.After(at, ["what", "which"]);
        var who = _s.After(at, "who");
        if (pronoun < 0 && who < 0)
        {
            return;
        }

        var subject = ObjectSet.Of(who >= 0 ? ObjectKind.Group : ObjectKind.Object);
        foreach (var set in _sets.Body(subject, Math.Max(pronoun, who)))
        {
            if (set.Value.Links.Count > 0)
            {
                Add(new ListPlan(set.Value, ListLimit), set.Next, set.Score);
            }
        }
    }

    /// <summary>"Does APT28 use Mimikatz?", "Is Mimikatz used by APT28?", "Is there a group that uses X?"</summary>
    private void Exists(int at)
    {
        if (_s.After(at, ["is there", "are there", "was there", "were there"]) is >= 0 and var there)
        {
            foreach (var set in _modifiers.Operands.KindSets(there, 3))
            {
                if (set.Value.Links.Count > 0 || set.Value.Filters.Count > 0)
                {
                    Add(new ExistsPlan(set.Value), set.Next, set.Score);
                }
            }
        }

        if (_s.After(at, Lexicon.Do) is >= 0 and var does)
        {
            Verdicts(does, _modifiers.Verbs.ActiveAt, outgoing: true);
        }

        if (_s.After(at, Lexicon.Be) is >= 0 and var be)
        {
            Verdicts(be, _modifiers.Verbs.PassiveAt, outgoing: false);
            Verdicts(be, _modifiers.Verbs.ActiveAt, outgoing: true);
        }
    }

    private void Verdicts(int at, Func<int, IEnumerable<Parsed<RelationInfo>>> verbsAt, bool outgoing)
    {
        foreach (var subject in _modifiers.Operands.Named(at))
        {
            if (subject.Value.Sets.Count > 1)
            {
                continue;
            }

            foreach (var (start, negated) in _modifiers.Verbs.Auxiliaries(subject.Next))
            {
                foreach (var verb in negated ? [] : verbsAt(start))
                {
                    foreach (var target in _modifiers.Operands.At(verb.Next, 2))
                    {
                        if (Modifiers.Attach(subject.Value.Sets[0], verb.Value.Kind, outgoing, target.Value, negated: false) is { } set)
                        {
                            Add(new ExistsPlan(set), target.Next, subject.Score + target.Score);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Keeps a reading that leaves no word over.</summary>
    private void Add(Plan plan, int next, int score)
    {
        if (!AtEnd(next))
        {
            return;
        }

        var index = _readings.FindIndex(r => r.Plan == plan);
        if (index < 0)
        {
            _readings.Add(new Reading(plan, score));
        }
        else if (_readings[index].Score < score)
        {
            _readings[index] = new Reading(plan, score);
        }
    }

    private bool AtEnd(int at)
    {
        while (at < _s.Count)
        {
            var next = _s.After(at, Lexicon.Closings);
            if (next < 0)
            {
                return false;
            }

            at = next;
        }

        return true;
    }

    private IEnumerable<int> Openings()
    {
        var at = 0;
        yield return at;
        while (at < _s.Count && _s.After(at, Lexicon.Openings) is >= 0 and var next)
        {
            at = next;
            yield return at;
        }
    }
}
