namespace Platform.Agent.Planning;

/// <summary>Reads what narrows a set: relative clauses, participles, prepositions, filters; joined by "and" or "but".</summary>
internal sealed class Modifiers
{
    private readonly Sentence _s;
    private readonly Operands _operands;
    private readonly Verbs _verbs;

    public Modifiers(Sentence sentence)
    {
        _s = sentence;
        _verbs = new Verbs(sentence);
        _operands = new Operands(sentence, this);
    }

    public Operands Operands => _operands;

    public Verbs Verbs => _verbs;

    /// <summary>The set as it is, and with every run of modifiers that can be read here.</summary>
    public IEnumerable<Parsed<ObjectSet>> After(ObjectSet set, int at, int depth)
    {
        yield return new(set, at, 0);
        if (depth < 0 || at >= _s.Count)
        {
            yield break;
        }

        foreach (var one in OneAfter(set, at, depth))
        {
            foreach (var rest in After(one.Value, one.Next, depth))
            {
                yield return rest with { Score = rest.Score + one.Score };
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

        if (set.Links.Count > 0 && _s.After(at, ["not"]) is >= 0 and var not)
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

    private IEnumerable<Parsed<ObjectSet>> OneAfter(ObjectSet set, int at, int depth)
    {
        var relative = _s.After(at, Lexicon.Relatives);
        var clause = relative < 0 ? at : relative;
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

        foreach (var parsed in FilterPhrases(set, at))
        {
            yield return parsed;
        }

        if (relative < 0)
        {
            foreach (var parsed in Genitives(set, at))
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
                foreach (var operand in _operands.At(verb.Next, depth))
                {
                    if (Attach(set, verb.Value.Kind, outgoing: true, operand.Value, negated) is { } narrowed)
                    {
                        yield return new(narrowed, operand.Next, operand.Score);
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
                foreach (var operand in _operands.At(verb.Next, depth))
                {
                    if (Attach(set, verb.Value.Kind, outgoing: false, operand.Value, negated) is { } narrowed)
                    {
                        yield return new(narrowed, operand.Next, operand.Score);
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
    private IEnumerable<Parsed<ObjectSet>> Genitives(ObjectSet set, int at)
    {
        if (_s.After(at, Lexicon.Of) is not (>= 0 and var next))
        {
            yield break;
        }

        foreach (var operand in _operands.Named(next))
        {
            if (AttachImplied(set, operand.Value) is { } narrowed)
            {
                yield return new(narrowed, operand.Next, operand.Score);
            }
        }
    }

    /// <summary>"on Windows", "for the Linux platform", "in the persistence tactic", "in ATT&amp;CK", "that are revoked".</summary>
    private IEnumerable<Parsed<ObjectSet>> FilterPhrases(ObjectSet set, int at)
    {
        if (_s.After(at, ["that are", "which are"]) is >= 0 and var are && are < _s.Count)
        {
            if (_s.After(are, ["sub-techniques", "subtechniques"]) is >= 0 and var sub && set.Kind == ObjectKind.Technique)
            {
                yield return new(set with { Kind = ObjectKind.SubTechnique }, sub, 0);
            }

            if (_s.After(are, ["revoked", "deprecated"]) is >= 0 and var retired)
            {
                var field = _s[are].Word == "revoked" ? FilterField.Revoked : FilterField.Deprecated;
                yield return new(set.With(new Filter(field, "true")) with { IncludeRetired = true }, retired, 0);
            }
        }

        if (_s.After(at, ["including revoked and deprecated", "including deprecated and revoked", "including revoked or deprecated", "including retired"]) is >= 0 and var including)
        {
            var noun = _s.After(including, ["ones", "objects", "techniques", "entries"]);
            yield return new(set with { IncludeRetired = true }, noun < 0 ? including : noun, 0);
        }

        var on = _s.After(at, Lexicon.On);
        if (on < 0 || _s.SkipFillers(on) >= _s.Count)
        {
            yield break;
        }

        foreach (var (phrase, next) in _s.PhrasesAt(_s.SkipFillers(on)))
        {
            var filter = Filters.Value(phrase) ?? (Lexicon.Domains.TryGetValue(phrase, out var domain) ? new Filter(FilterField.Domain, domain) : null);
            if (filter is not null && Filters.Fits(filter.Field, set.Kind))
            {
                var noun = _s.After(next, ["platform", "platforms", "systems", "hosts", "machines", "environments", "devices", "tactic", "phase", "stage", "framework", "matrix", "dataset"]);
                yield return new(set.With(filter), noun < 0 ? next : noun, 0);
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

    public static ObjectSet? AttachImplied(ObjectSet set, Operand operand)
    {
        foreach (var other in operand.Sets)
        {
            if (Relations.Implied(set.Kind, other.Kind) is not { } implied)
            {
                return null;
            }

            set = set.With(new Link(implied.Relation.Kind, implied.Outgoing, other));
        }

        return set;
    }
}
