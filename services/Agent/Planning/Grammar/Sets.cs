namespace Platform.Agent.Planning;

/// <summary>Reads the set that a counting or listing question is about, with questions' own word order.</summary>
internal sealed class Sets(Sentence s, Modifiers modifiers)
{
    private const int Depth = 3;
    private static readonly string[] AnyAuxiliary = [.. Lexicon.Do, .. Lexicon.Be];

    public IEnumerable<Parsed<ObjectSet>> At(int at)
    {
        foreach (var head in modifiers.Operands.Heads(at))
        {
            foreach (var body in Body(head.Value, head.Next))
            {
                yield return body with { Score = body.Score + head.Score };
            }
        }

        foreach (var owned in Possessives(at))
        {
            foreach (var body in modifiers.After(owned.Value, owned.Next, Depth))
            {
                yield return body with { Score = body.Score + owned.Score };
            }
        }
    }

    /// <summary>What follows the kind of a question: "… does APT28 use", "… are there that use X", "… are used by X".</summary>
    public IEnumerable<Parsed<ObjectSet>> Body(ObjectSet set, int at)
    {
        foreach (var plain in modifiers.After(set, at, Depth))
        {
            yield return plain;
        }

        foreach (var fronted in Fronted(set, at))
        {
            yield return fronted;
        }

        if (at < s.Count && s.After(at, Lexicon.Closings) is >= 0 and var there)
        {
            foreach (var late in modifiers.After(set, there, Depth))
            {
                yield return late;
            }
        }

        if (s.After(at, Lexicon.Be) is >= 0 and var be)
        {
            foreach (var predicate in Predicates(set, be))
            {
                yield return predicate;
            }
        }
    }

    /// <summary>An auxiliary, the subject, then the verb: "(how many techniques) does APT28 use".</summary>
    public IEnumerable<Parsed<ObjectSet>> Fronted(ObjectSet set, int at)
    {
        if (s.After(at, AnyAuxiliary) is not (>= 0 and var subjectAt))
        {
            yield break;
        }

        foreach (var subject in modifiers.Operands.Named(subjectAt))
        {
            foreach (var clause in Clauses(set, subject))
            {
                foreach (var rest in modifiers.After(clause.Value, clause.Next, Depth))
                {
                    yield return rest with { Score = rest.Score + clause.Score };
                }
            }
        }
    }

    private IEnumerable<Parsed<ObjectSet>> Clauses(ObjectSet set, Parsed<Operand> subject)
    {
        var negative = s.After(subject.Next, Lexicon.Not);
        foreach (var (from, negated) in negative < 0 ? [(subject.Next, false)] : new[] { (subject.Next, false), (negative, true) })
        {
            foreach (var (start, _) in modifiers.Verbs.Auxiliaries(from))
            {
                foreach (var verb in modifiers.Verbs.ActiveOrPastAt(start))
                {
                    if (Modifiers.Attach(set, verb.Value.Kind, outgoing: false, subject.Value, negated) is { } used)
                    {
                        yield return new(used, verb.Next, subject.Score);
                    }
                }

                foreach (var verb in modifiers.Verbs.PassiveAt(start))
                {
                    if (Modifiers.Attach(set, verb.Value.Kind, outgoing: true, subject.Value, negated) is { } mitigating)
                    {
                        yield return new(mitigating, verb.Next, subject.Score);
                    }
                }
            }
        }

        var shared = s.After(subject.Next, ["share", "both use", "have in common", "both have", "all use", "have both"]);
        if (shared >= 0 && subject.Value.Sets.Count > 1 && Modifiers.AttachImplied(set, subject.Value) is { } common)
        {
            yield return new(common, shared, subject.Score + 1);
        }

        var have = s.After(subject.Next, ["have", "has", "include", "contain", "got"]);
        if (have >= 0 && Modifiers.AttachImplied(set, subject.Value) is { } had)
        {
            yield return new(had, have, subject.Score);
        }
    }

    /// <summary>"(how many techniques) are revoked", "are in ATT&amp;CK", "are sub-techniques of X", "are shared by A and B".</summary>
    private IEnumerable<Parsed<ObjectSet>> Predicates(ObjectSet set, int at)
    {
        if (s.After(at, ["revoked"]) is >= 0 and var revoked)
        {
            yield return new(set.With(new Filter(FilterField.Revoked, "true")) with { IncludeRetired = true }, revoked, 0);
        }

        if (s.After(at, ["deprecated"]) is >= 0 and var deprecated)
        {
            yield return new(set.With(new Filter(FilterField.Deprecated, "true")) with { IncludeRetired = true }, deprecated, 0);
        }

        foreach (var late in modifiers.After(set, at, Depth))
        {
            if (late.Next > at)
            {
                yield return late;
            }
        }

        foreach (var head in modifiers.Operands.Heads(at))
        {
            if (Kinds.Fits(head.Value.Kind, set.Kind) && head.Value.Kind != set.Kind && set.Links.Count == 0)
            {
                foreach (var rest in modifiers.After(head.Value with { Filters = [.. set.Filters, .. head.Value.Filters] }, head.Next, Depth))
                {
                    yield return rest;
                }
            }
        }
    }

    /// <summary>"APT28's techniques", "APT28 techniques".</summary>
    private IEnumerable<Parsed<ObjectSet>> Possessives(int at)
    {
        foreach (var owner in modifiers.Operands.One(at))
        {
            foreach (var head in modifiers.Operands.Heads(owner.Next))
            {
                if (Modifiers.AttachImplied(head.Value, new Operand([ObjectSet.Of(owner.Value)])) is { } owned)
                {
                    yield return new(owned, head.Next, owner.Score);
                }
            }
        }
    }
}
