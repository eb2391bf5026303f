namespace Platform.Agent.Planning;

/// <summary>Reads verbs and what stands before them.</summary>
internal sealed class Verbs(Sentence s)
{
    /// <summary>Where a verb may start after auxiliaries and hedges, and whether they negate it.</summary>
    public IEnumerable<(int Start, bool Negated)> Auxiliaries(int at)
    {
        var plain = AfterHedges(at);
        yield return (plain, false);
        var negative = Math.Max(s.After(at, Lexicon.DoNot), s.After(at, Lexicon.BeNot));
        if (negative >= 0)
        {
            yield return (AfterHedges(negative), true);
        }

        var positive = Math.Max(s.After(at, Lexicon.Be), s.After(at, Lexicon.Do));
        if (positive >= 0)
        {
            yield return (AfterHedges(positive), false);
            if (s.After(positive, Lexicon.Not) is >= 0 and var not)
            {
                yield return (AfterHedges(not), true);
            }
        }
    }

    /// <summary>A form of which the set is the subject; a past form counts where no "by" follows ("groups that used X").</summary>
    public IEnumerable<Parsed<RelationInfo>> ActiveAt(int at)
    {
        foreach (var (phrase, next) in Phrases(at))
        {
            foreach (var active in Relations.Active(phrase))
            {
                yield return new(active, next, 0);
            }

            if (s.After(next, Lexicon.By) >= 0)
            {
                continue;
            }

            foreach (var past in Relations.Passive(phrase))
            {
                yield return new(past, next, 0);
            }
        }
    }

    /// <summary>A form at the end of a clause: "APT28 uses", "APT28 has used", "X was attributed to".</summary>
    public IEnumerable<Parsed<RelationInfo>> ActiveOrPastAt(int at)
    {
        foreach (var (phrase, next) in Phrases(at))
        {
            if (s.After(next, "by") < 0)
            {
                foreach (var relation in Relations.Active(phrase).Concat(Relations.Passive(phrase)))
                {
                    yield return new(relation, next, 0);
                }
            }
        }
    }

    /// <summary>A form of which the set is the object, up to and with its "by": "used by", "behind".</summary>
    public IEnumerable<Parsed<RelationInfo>> PassiveAt(int at)
    {
        foreach (var (phrase, next) in Phrases(at))
        {
            var by = s.After(next, Lexicon.By);
            foreach (var relation in by >= 0 ? Relations.Passive(phrase) : Relations.Inverse(phrase))
            {
                yield return new(relation, by >= 0 ? by : next, 0);
            }
        }
    }

    private IEnumerable<(string Phrase, int Next)> Phrases(int at) => at < s.Count ? s.PhrasesAt(at) : [];

    private int AfterHedges(int at)
    {
        // "known" alone carries no meaning, but "known to" does its part as a whole.
        foreach (var from in new[] { at, s.SkipFillers(at) })
        {
            if (s.After(from, Lexicon.Hedges) is >= 0 and var hedged)
            {
                return s.SkipFillers(hedged);
            }
        }

        return s.SkipFillers(at);
    }
}
