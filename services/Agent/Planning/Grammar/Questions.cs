namespace Platform.Agent.Planning;

/// <summary>
/// Every reading of a whole question. A reading uses each word: as grammar, as part of a name, or as one of the few
/// words that carry no meaning where they stand.
/// </summary>
internal sealed class Questions
{
    public const int ListLimit = 100;
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

    /// <summary>
    /// The readings of a question: those of what only goes on from the last one, or else of the grammar proper, or else those of questions for facts and pairs, or else
    /// those of questions in which the order of words means nothing.
    /// </summary>
    public static List<Reading> Read(Sentence sentence)
    {
        var questions = new Questions(sentence);
        Action<Questions>[] tiers =
        [
            q => FollowUps.Read(q._s, q._modifiers, q.Add),
            q => q.ReadProper(),
            q => { AttributeQuestions.Read(q._s, q.Add); PairQuestions.Read(q._s, q.Add); },
            q => LooseQuestions.Read(q._s, q.Add),
        ];
        for (var i = 0; i < tiers.Length && questions._readings.Count == 0; i++)
        {
            tiers[i](questions);
        }

        return questions._readings;
    }

    private void ReadProper()
    {
        foreach (var start in Openings())
        {
            ReadFrom(start);
        }
    }

    private void ReadFrom(int at)
    {
        Count(at);
        List(at);
        HowTo(at);
        HowIs(at);
        Called(at);
        Among(at);
        Exists(at);
        new TopQuestions(_s, _modifiers, _sets).Read(at, Add);
        new OrderQuestions(_s, _modifiers, _sets).Read(at, Add);
        new BreakdownQuestions(_s, _modifiers, _sets).Read(at, Add);
        new LinkQuestions(_s, _modifiers.Operands).Read(at, Add);
    }

    /// <summary>"How many techniques does APT28 use?"</summary>
    private void Count(int at)
    {
        if (_s.After(at, Lexicon.Count) is not (>= 0 and var next))
        {
            return;
        }

        foreach (var set in _sets.At(_s.After(next, ["of", "of the"]) is >= 0 and var of ? of : next))
        {
            Add(new CountPlan(set.Value), set.Next, set.Score);
        }
    }

    /// <summary>"Of the techniques used by APT28, how many run on macOS?"</summary>
    private void Among(int at)
    {
        if (_s.After(at, ["of", "among", "out of", "amongst", "of all", "from", "considering", "for", "looking at"]) is not (>= 0 and var among))
        {
            return;
        }

        foreach (var whole in _modifiers.Operands.KindSets(among, 3))
        {
            var counts = _s.After(whole.Next, "how many") >= 0;
            foreach (var part in _s.Afters(whole.Next, ["how many", "how many of them", "how many of those", "how many of these", "which", "which ones", "which of them", "which of those", "which of these", "list those that", "show those that", "list the ones that"]))
            {
                foreach (var set in _sets.Body(whole.Value, part))
                {
                    if (set.Next > part)
                    {
                        Add(counts ? new CountPlan(set.Value) : new ListPlan(set.Value, ListLimit), set.Next, set.Score + whole.Score);
                    }
                }
            }
        }
    }

    /// <summary>"How can I detect T1059?", "how to mitigate phishing"</summary>
    private void HowTo(int at)
    {
        if (_s.After(at, ["how to", "how can i", "how do i", "how can we", "how do we", "how would you", "how could i", "how can you", "how should i", "how should we", "how can one", "ways to", "what are the ways to", "how might i", "how do you"]) is not (>= 0 and var how))
        {
            return;
        }

        foreach (var verb in _modifiers.Verbs.ActiveAt(how))
        {
            if (verb.Value.Kind is RelationKind.Mitigates or RelationKind.Detects)
            {
                var kind = verb.Value.Kind == RelationKind.Mitigates ? ObjectKind.Mitigation : ObjectKind.DetectionStrategy;
                foreach (var one in _modifiers.Operands.One(verb.Next))
                {
                    if (Modifiers.Attach(ObjectSet.Of(kind), verb.Value.Kind, true, new Operand([ObjectSet.Of(one.Value)]), false) is { } set)
                    {
                        Add(new ListPlan(set, ListLimit), one.Next, one.Score);
                    }
                }
            }
        }
    }

    /// <summary>"How can T1059 be mitigated?", "how is it detected"</summary>
    private void HowIs(int at)
    {
        if (_s.After(at, ["how can", "how could", "how should", "how may", "how might", "how is", "how are", "how would", "in which ways can", "in what ways can"]) is not (>= 0 and var how))
        {
            return;
        }

        foreach (var one in _modifiers.Operands.One(how))
        {
            var verb = _s.After(one.Next, ["be", "usually", "best be", "typically"]) is >= 0 and var be ? be : one.Next;
            foreach (var (verbs, relation, kind) in new (string[], RelationKind, ObjectKind)[]
            {
                (["mitigated", "prevented", "countered", "addressed", "stopped", "blocked", "defended against", "mitigated against"], RelationKind.Mitigates, ObjectKind.Mitigation),
                (["detected", "spotted", "identified"], RelationKind.Detects, ObjectKind.DetectionStrategy),
            })
            {
                if (_s.After(verb, verbs) is >= 0 and var end && Modifiers.Attach(ObjectSet.Of(kind), relation, true, new Operand([ObjectSet.Of(one.Value)]), false) is { } set)
                {
                    Add(new ListPlan(set, ListLimit), end, one.Score);
                }
            }
        }
    }

    /// <summary>"Which group is also known as Nobelium?", "what does Mimikatz do?"</summary>
    private void Called(int at)
    {
        if (_s.After(at, ["what does", "what do", "what did"]) is >= 0 and var what)
        {
            foreach (var one in _modifiers.Operands.One(what))
            {
                if (_s.After(one.Next, "do") is >= 0 and var end)
                {
                    Add(new DescribePlan(one.Value), end, one.Score);
                }
            }
        }

        if (_s.After(at, ["which", "what", "who"]) is not (>= 0 and var which))
        {
            return;
        }

        var noun = _s.PhrasesAt(which).Where(p => Kinds.TryGet(p.Phrase, out _)).Select(p => (int?)p.Next).FirstOrDefault();
        var kind = noun is { } found && Kinds.TryGet(string.Join(' ', Enumerable.Range(which, found - which).Select(i => _s[i].Word)), out var said) ? said : ObjectKind.Object;
        if (_s.After(noun ?? which, ["is also known as", "are also known as", "is known as", "are known as", "goes by the name", "goes by the name of", "is called", "are called", "is also called", "uses the alias", "has the alias", "have the alias"]) is not (>= 0 and var known))
        {
            return;
        }

        foreach (var one in _modifiers.Operands.One(known))
        {
            if (Kinds.Fits(one.Value.Kind, kind))
            {
                Add(new DescribePlan(one.Value), one.Next, one.Score);
            }
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
            if (next >= 0 || set.Value.Links.Count + set.Value.Filters.Count > 0)
            {
                Add(new ListPlan(set.Value, limit), set.Next, set.Score);
            }
        }

        var pronoun = _s.After(at, ["what", "which", "what all", "what else"]);
        var who = _s.After(at, ["who", "who all", "who else", "which ones"]);
        if (pronoun < 0 && who < 0)
        {
            return;
        }

        // "What does APT28 use for persistence?" asks for techniques: nothing else has a tactic.
        foreach (var set in pronoun < 0 ? [] : _sets.Body(ObjectSet.Of(ObjectKind.Technique), pronoun))
        {
            if (set.Value.Links.Count > 0 && set.Value.Filters.Any(f => f.Field == FilterField.Tactic))
            {
                Add(new ListPlan(set.Value, ListLimit), set.Next, set.Score);
            }
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

        // "Does any group use Mimikatz?", "are any techniques used by both A and B?"
        foreach (var start in new[] { _s.After(at, Lexicon.Do), _s.After(at, Lexicon.Be) })
        {
            foreach (var set in _s.After(start, ["any", "some", "other"]) is >= 0 and var any ? _modifiers.Operands.KindSets(any, 3) : [])
            {
                if (set.Value.Links.Count > 0)
                {
                    Add(new ExistsPlan(set.Value), set.Next, set.Score);
                }
            }
        }

        if (_s.After(at, Lexicon.Do) is >= 0 and var does)
        {
            Verdicts(does, _modifiers.Verbs.ActiveAt, outgoing: true);
            Judgements(does);
        }

        if (_s.After(at, Lexicon.Be) is >= 0 and var be)
        {
            Verdicts(be, _modifiers.Verbs.PassiveAt, outgoing: false);
            Verdicts(be, _modifiers.Verbs.ActiveAt, outgoing: true);
            Judgements(be);
            Kindred(be);
        }
    }

    /// <summary>"Does Mimikatz run on Windows?", "does T1059 have sub-techniques?"</summary>
    private void Judgements(int at)
    {
        foreach (var subject in _modifiers.Operands.One(at))
        {
            foreach (var set in _modifiers.After(ObjectSet.Of(subject.Value), subject.Next, 2))
            {
                if (set.Next > subject.Next && !set.Value.Links.Any(l => l.Negated))
                {
                    Add(new ExistsPlan(set.Value), set.Next, subject.Score + set.Score);
                }
            }

            foreach (var (word, field) in new[] { ("revoked", FilterField.Revoked), ("deprecated", FilterField.Deprecated) })
            {
                if (_s.After(subject.Next, word) is >= 0 and var retired)
                {
                    Add(new ExistsPlan(ObjectSet.Of(subject.Value).With(new Filter(field, "true")) with { IncludeRetired = true }), retired, subject.Score);
                }
            }
        }
    }

    /// <summary>"Is Mimikatz a tool?", "is T1059 an execution technique?", "is Fancy Bear an alias of APT28?"</summary>
    private void Kindred(int at)
    {
        foreach (var subject in _modifiers.Operands.One(at))
        {
            foreach (var kind in _modifiers.Operands.KindSets(subject.Next, 2))
            {
                var set = kind.Value with { Kind = subject.Value.Kind, Entities = [subject.Value], Filters = [new Filter(FilterField.Kind, kind.Value.Kind.ToString()), .. kind.Value.Filters] };
                Add(new ExistsPlan(set), kind.Next, subject.Score);
            }

            if (_s.After(subject.Next, ["also known as", "an alias of", "an alias for", "the same as", "another name for", "known as", "also called", "aka", "the same group as", "the same thing as", "a synonym for", "an alternative name for", "one of the aliases of", "among the aliases of", "also tracked as", "a nickname for"]) is >= 0 and var known)
            {
                foreach (var other in _modifiers.Operands.One(known))
                {
                    // The name that is asked about, whichever of the two it is.
                    foreach (var (entity, name) in new[] { (subject.Value, Text(known, other.Next)), (other.Value, Text(at, subject.Next)) })
                    {
                        Add(new ExistsPlan(ObjectSet.Of(entity).With(new Filter(FilterField.Alias, name))), other.Next, subject.Score + other.Score + (name.Equals(entity.Name, StringComparison.OrdinalIgnoreCase) ? -1 : 0));
                    }
                }
            }
        }
    }

    private string Text(int from, int to) => string.Join(' ', Enumerable.Range(from, to - from).Select(i => _s[i].Text));

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
        // Words that only close a question count against a reading to which they mean something.
        if (Closings(next) is not { } closings)
        {
            return;
        }

        score -= closings;

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

    /// <summary>How many closing phrases take the rest of the words; null where they do not.</summary>
    private int? Closings(int at)
    {
        var closings = 0;
        for (; at < _s.Count; closings++)
        {
            at = _s.After(at, Lexicon.Closings);
            if (at < 0)
            {
                return null;
            }
        }

        return closings;
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
