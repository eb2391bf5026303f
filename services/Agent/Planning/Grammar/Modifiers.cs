namespace Platform.Agent.Planning;

/// <summary>Reads what narrows a set: relative clauses, participles, prepositions, filters; joined by "and" or "but".</summary>
internal sealed class Modifiers
{
    private readonly Sentence _s;
    private readonly Operands _operands;
    private readonly Verbs _verbs;
    private readonly Narrowings _narrowings;

    public Modifiers(Sentence sentence)
    {
        _s = sentence;
        _verbs = new Verbs(sentence);
        _narrowings = new Narrowings(sentence);
        _operands = new Operands(sentence, this);
    }

    public Operands Operands => _operands;

    public Verbs Verbs => _verbs;

    public Narrowings Narrowings => _narrowings;

    /// <summary>The set as it is, and with every run of modifiers that can be read here.</summary>
    public IEnumerable<Parsed<ObjectSet>> After(ObjectSet set, int at, int depth)
    {
        yield return new(set, at, 0);
        if (depth < 0 || at >= _s.Count)
        {
            yield break;
        }

        // "(does Turla use) but APT28 doesn't"
        foreach (var otherwise in set.Links.Count > 0 && _s.After(at, ["but", "and", "while", "whereas", "though", "although"]) is >= 0 and var but ? Otherwise(set, but) : [])
        {
            yield return otherwise;
        }

        foreach (var one in OneAfter(set, at, depth))
        {
            // What follows a bare kind narrows that kind rather than the whole: "used by groups that use Mimikatz".
            var far = one.Value.Links.Count > set.Links.Count && one.Value.Links[^1].Other.Entities.Count == 0 ? 1 : 0;
            foreach (var rest in After(one.Value, one.Next, depth))
            {
                yield return rest with { Score = rest.Score + one.Score - (rest.Next > one.Next ? far : 0) };
            }

            var joined = _s.After(one.Next, ["and", "but", "and also", "but also", "or"]);
            if (joined < 0 || _s.After(one.Next, "or") == joined)
            {
                continue;
            }

            foreach (var rest in Joined(one.Value, joined, depth))
            {
                yield return rest with { Score = rest.Score + one.Score };
            }
        }
    }

    /// <summary>What follows "and" or "but": another modifier, or "not (by) X" with the verb of the last one.</summary>
    private IEnumerable<Parsed<ObjectSet>> Joined(ObjectSet set, int at, int depth)
    {
        foreach (var one in OneAfter(set, at, depth))
        {
            foreach (var rest in After(one.Value, one.Next, depth))
            {
                yield return rest with { Score = rest.Score + one.Score };
            }
        }

        foreach (var otherwise in Otherwise(set, at))
        {
            yield return otherwise;
        }

        if (set.Links.Count > 0 && _s.After(at, ["not", "never", "neither"]) is >= 0 and var not)
        {
            var last = set.Links[^1];
            var by = _s.After(not, ["by", "used by", "used", "use", "in"]);
            foreach (var operand in _operands.Named(by < 0 ? not : by))
            {
                if (Attach(set, last.Relation, last.Outgoing, operand.Value, negated: true) is { } narrowed)
                {
                    yield return new(narrowed, operand.Next, operand.Score);
                }
            }
        }
    }

    /// <summary>"(but) APT29 doesn't": the last relationship, denied of another.</summary>
    private IEnumerable<Parsed<ObjectSet>> Otherwise(ObjectSet set, int at)
    {
        if (set.Links.Count == 0)
        {
            yield break;
        }

        var last = set.Links[^1];
        foreach (var operand in _operands.Named(at))
        {
            if (_s.After(operand.Next, ["doesn't", "does not", "don't", "do not", "didn't", "did not", "hasn't", "has not", "haven't", "doesnt", "dont", "does not have", "doesn't have", "isn't", "is not"]) is >= 0 and var not
                && Attach(set, last.Relation, last.Outgoing, operand.Value, negated: true) is { } narrowed)
            {
                yield return new(narrowed, not, operand.Score);
            }
        }
    }

    /// <summary>"shared by A and B", "common to A and B"</summary>
    private IEnumerable<Parsed<ObjectSet>> Shared(ObjectSet set, int at)
    {
        var start = _s.After(at, ["are", "is", "that are", "which are", "were"]) is >= 0 and var be ? be : at;
        if (_s.After(start, ["shared by", "common to", "shared between", "common between", "in common between", "shared among", "common among", "used in common by", "used jointly by", "common for", "shared across", "shared with", "both used by", "overlapping between", "in the intersection of", "in common to"]) is not (>= 0 and var shared))
        {
            yield break;
        }

        foreach (var operand in _operands.Named(shared))
        {
            if (operand.Value.Sets.Count > 1 && AttachImplied(set, operand.Value) is { } both)
            {
                yield return new(both, operand.Next, operand.Score + 1);
            }
        }
    }

    private IEnumerable<Parsed<ObjectSet>> OneAfter(ObjectSet set, int at, int depth)
    {
        var relative = _s.After(at, Lexicon.Relatives);
        var clause = relative < 0 ? at : relative;
        foreach (var parsed in relative < 0 ? Shared(set, at) : Otherwise(set, relative).Concat(Shared(set, relative)))
        {
            yield return parsed;
        }

        foreach (var parsed in ActiveClauses(set, clause, depth))
        {
            yield return parsed;
        }

        foreach (var parsed in PassiveClauses(set, clause, depth))
        {
            yield return parsed;
        }

        foreach (var parsed in ContactClauses(set, clause))
        {
            yield return parsed;
        }

        foreach (var parsed in _narrowings.After(set, at))
        {
            yield return parsed;
        }

        foreach (var parsed in Possessions(set, at, depth))
        {
            yield return parsed;
        }

        if (relative < 0)
        {
            foreach (var parsed in Genitives(set, at, depth))
            {
                yield return parsed;
            }
        }
    }

    /// <summary>"(that) use X", "using X", "do not use X", "are attributed to X", "have used X".</summary>
    private IEnumerable<Parsed<ObjectSet>> ActiveClauses(ObjectSet set, int at, int depth)
    {
        foreach (var (start, negated) in _verbs.Auxiliaries(at))
        {
            foreach (var verb in _verbs.ActiveAt(start))
            {
                var none = negated ? -1 : _s.After(verb.Next, ["no", "zero", "not any", "none of the", "no known"]);
                foreach (var operand in none < 0 ? [] : _operands.At(none, Math.Min(depth, 1)))
                {
                    if (Attach(set, verb.Value.Kind, outgoing: true, operand.Value, negated: true) is { } without)
                    {
                        yield return new(without, operand.Next, operand.Score);
                    }
                }

                foreach (var operand in _operands.At(verb.Next, depth))
                {
                    if (Attach(set, verb.Value.Kind, outgoing: true, operand.Value, negated) is { } narrowed)
                    {
                        // Who "uses A and B" uses both.
                        yield return new(narrowed, operand.Next, operand.Score + (operand.Value.Sets.Count > 1 ? 1 : 0));
                    }
                }

                foreach (var counted in negated ? [] : _operands.Counted(verb.Next, depth))
                {
                    if (Attach(set, verb.Value.Kind, outgoing: true, counted.Value) is { } narrowed)
                    {
                        yield return new(narrowed, counted.Next, counted.Score);
                    }
                }
            }
        }
    }

    /// <summary>"(that are) used by X", "not used by X", "behind X".</summary>
    private IEnumerable<Parsed<ObjectSet>> PassiveClauses(ObjectSet set, int at, int depth)
    {
        foreach (var (start, negated) in _verbs.Auxiliaries(at))
        {
            foreach (var verb in _verbs.PassiveAt(start))
            {
                var none = negated ? -1 : _s.After(verb.Next, ["no", "zero", "none of the", "no known"]);
                foreach (var operand in none < 0 ? [] : _operands.At(none, Math.Min(depth, 1)))
                {
                    if (Attach(set, verb.Value.Kind, outgoing: false, operand.Value, negated: true) is { } without)
                    {
                        yield return new(without, operand.Next, operand.Score);
                    }
                }

                foreach (var operand in _operands.At(verb.Next, depth))
                {
                    if (Attach(set, verb.Value.Kind, outgoing: false, operand.Value, negated) is { } narrowed)
                    {
                        yield return new(narrowed, operand.Next, operand.Score);
                    }
                }

                foreach (var counted in negated ? [] : _operands.Counted(verb.Next, depth))
                {
                    if (Attach(set, verb.Value.Kind, outgoing: false, counted.Value) is { } narrowed)
                    {
                        yield return new(narrowed, counted.Next, counted.Score);
                    }
                }
            }
        }
    }

    /// <summary>"(that) APT28 uses", "X does not use".</summary>
    private IEnumerable<Parsed<ObjectSet>> ContactClauses(ObjectSet set, int at)
    {
        foreach (var subject in _operands.Named(at))
        {
            if (subject.Value.Sets.Count > 1 && _s.After(subject.Next, ["share", "have in common", "both use", "both have", "all use", "have both used", "both used", "have both"]) is >= 0 and var shared
                && AttachImplied(set, subject.Value) is { } common)
            {
                yield return new(common, shared, subject.Score + 1);
            }

            foreach (var (start, negated) in _verbs.Auxiliaries(subject.Next))
            {
                foreach (var verb in _verbs.ActiveOrPastAt(start))
                {
                    if (Attach(set, verb.Value.Kind, outgoing: false, subject.Value, negated) is { } narrowed)
                    {
                        yield return new(narrowed, verb.Next, subject.Score);
                    }
                }
            }
        }
    }

    /// <summary>"of X", "for X", where the kinds allow only one relationship.</summary>
    private IEnumerable<Parsed<ObjectSet>> Genitives(ObjectSet set, int at, int depth)
    {
        if (_s.After(at, Lexicon.Of) is not (>= 0 and var next))
        {
            yield break;
        }

        foreach (var operand in _operands.At(next, depth))
        {
            if (AttachImplied(set, operand.Value) is { } narrowed)
            {
                yield return new(narrowed, operand.Next, operand.Score);
            }
        }
    }

    /// <summary>"with more than 5 techniques", "that have no mitigations", "without sub-techniques".</summary>
    private IEnumerable<Parsed<ObjectSet>> Possessions(ObjectSet set, int at, int depth)
    {
        var without = _s.After(at, Lexicon.Without);
        foreach (var operand in without < 0 ? [] : _operands.At(_s.After(without, ["any", "known", "a", "associated"]) is >= 0 and var any ? any : without, Math.Min(depth, 1)))
        {
            if (AttachImplied(set, operand.Value, negated: true) is { } without1)
            {
                yield return new(without1, operand.Next, operand.Score);
            }
        }

        if (_s.After(at, Lexicon.With) is not (>= 0 and var with))
        {
            yield break;
        }

        foreach (var counted in _operands.Counted(with, depth))
        {
            if (Relations.Between(set.Kind, counted.Value.Other.Kind) is { } found)
            {
                yield return new(set.With(counted.Value with { Relation = found.Relation.Kind, Outgoing = found.Outgoing }), counted.Next, counted.Score);
            }
        }

        foreach (var operand in _operands.At(with, Math.Min(depth, 1)))
        {
            if (AttachImplied(set, operand.Value) is { } having)
            {
                yield return new(having, operand.Next, operand.Score);
            }
        }
    }

    /// <summary>Links every set of an operand; null when the relationship cannot stand between such kinds.</summary>
    public static ObjectSet? Attach(ObjectSet set, RelationKind kind, bool outgoing, Operand operand, bool negated)
    {
        var relation = Relations.Info(kind);
        foreach (var other in operand.Sets)
        {
            if (!(outgoing ? relation.Accepts(set.Kind, other.Kind) : relation.Accepts(other.Kind, set.Kind)))
            {
                return null;
            }

            // A negated link holds only names: "not used by groups that …" would need a meaning nobody agrees on.
            if (negated && (other.Links.Count > 0 || operand.Sets.Count > 1))
            {
                return null;
            }

            set = set.With(new Link(kind, outgoing, other, negated));
        }

        return set;
    }

    /// <summary>Links a set that says how many there must be.</summary>
    private static ObjectSet? Attach(ObjectSet set, RelationKind kind, bool outgoing, Link counted)
    {
        var relation = Relations.Info(kind);
        return (outgoing ? relation.Accepts(set.Kind, counted.Other.Kind) : relation.Accepts(counted.Other.Kind, set.Kind))
            ? set.With(counted with { Relation = kind, Outgoing = outgoing })
            : null;
    }

    public static ObjectSet? AttachImplied(ObjectSet set, Operand operand, bool negated = false)
    {
        if (negated && (operand.Sets.Count > 1 || operand.Sets[0].Links.Count > 0))
        {
            return null;
        }

        foreach (var other in operand.Sets)
        {
            if (Relations.Between(set.Kind, other.Kind) is not { } implied)
            {
                return null;
            }

            set = set.With(new Link(implied.Relation.Kind, implied.Outgoing, other, negated));
        }

        return set;
    }
}
