namespace Platform.Agent.Planning;

/// <summary>Reads the set that a counting or listing question is about, with questions' own word order.</summary>
internal sealed class Sets(Sentence s, Modifiers modifiers)
{
    private const int Depth = 3;
    private static readonly string[] AnyAuxiliary = [.. Lexicon.Do, .. Lexicon.Be];

    private readonly Dictionary<int, List<Parsed<ObjectSet>>> _read = [];

    /// <summary>Every set that can be read here; many questions start with one, so that it is read but once.</summary>
    public IReadOnlyList<Parsed<ObjectSet>> At(int at)
    {
        if (!_read.TryGetValue(at, out var sets))
        {
            _read[at] = sets = [.. Read(at)];
        }

        return sets;
    }

    private IEnumerable<Parsed<ObjectSet>> Read(int at)
    {
        foreach (var head in modifiers.Operands.Heads(at))
        {
            foreach (var body in Body(head.Value, head.Next))
            {
                yield return body with { Score = body.Score + head.Score };
            }
        }

        foreach (var fresh in New(at))
        {
            yield return fresh;
        }

        foreach (var parent in Parents(at))
        {
            yield return parent;
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
            if (plain.Next == at)
            {
                continue;
            }

            // "(how many) of the techniques used by APT29 are …", "(which) sub-techniques of T1059 does APT28 use"
            foreach (var late in Fronted(plain.Value, plain.Next).Concat(s.After(plain.Next, Lexicon.Be) is >= 0 and var verb ? Predicates(plain.Value, verb) : []))
            {
                yield return late with { Score = late.Score + plain.Score };
            }
        }

        foreach (var fronted in Fronted(set, at))
        {
            yield return fronted;
        }

        if (at < s.Count && s.After(at, Lexicon.Closings) is >= 0 and var there)
        {
            // A closing counts against the reading here as it does at the end.
            foreach (var late in modifiers.After(set, there, Depth))
            {
                yield return late with { Score = late.Score - 1 };
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

        foreach (var filtered in Contained(set, subjectAt))
        {
            yield return filtered;
        }

        var kinds = modifiers.Operands.KindSets(subjectAt, 2).Where(k => k.Value.Links.Count > 0).Select(k => new Parsed<Operand>(new Operand([k.Value]), k.Next, k.Score - 1));
        foreach (var subject in modifiers.Operands.Named(subjectAt).Concat(kinds))
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

    /// <summary>"(how many techniques) does the impact tactic contain", "does Linux have"</summary>
    private IEnumerable<Parsed<ObjectSet>> Contained(ObjectSet set, int at)
    {
        foreach (var value in modifiers.Narrowings.ValueAt(set.Kind, at, FilterOp.Is))
        {
            if (s.After(value.Next, ["have", "has", "contain", "contains", "include", "includes", "cover", "covers", "comprise", "comprises", "consist of", "consists of", "list", "support", "define"]) is >= 0 and var have)
            {
                foreach (var rest in modifiers.After(set.With(value.Value), have, Depth))
                {
                    yield return rest;
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

        if (set.Kind == ObjectKind.Technique && s.After(subject.Next, ["a sub-technique of", "a subtechnique of", "the sub-technique of", "sub-technique of", "a child of", "part of"]) is >= 0 and var of
            && Modifiers.Attach(set, RelationKind.SubtechniqueOf, outgoing: false, subject.Value, negated: false) is { } parent)
        {
            yield return new(parent, of, subject.Score);
        }

        var have = s.After(subject.Next, ["have", "has", "include", "contain", "got", "have in its arsenal", "have in their arsenal", "have at its disposal", "possess", "own", "come with", "have available"]);
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
            if (Kinds.Fits(head.Value.Kind, set.Kind) && head.Value.Kind != set.Kind)
            {
                foreach (var rest in modifiers.After(head.Value with { Filters = [.. set.Filters, .. head.Value.Filters], Links = [.. set.Links, .. head.Value.Links] }, head.Next, Depth))
                {
                    yield return rest;
                }
            }
        }
    }

    /// <summary>"new groups in 2023": what is new only means something with a time.</summary>
    private IEnumerable<Parsed<ObjectSet>> New(int at)
    {
        foreach (var head in s.After(s.SkipFillers(at), ["new", "newly added", "newly created", "newly introduced", "brand new"]) is >= 0 and var fresh ? modifiers.Operands.KindSets(fresh, 1) : [])
        {
            var verb = s.After(head.Next, ["were there", "are there", "did mitre add", "did att&ck add", "were added", "appeared"]) is >= 0 and var said ? said : head.Next;
            foreach (var range in new TimeRanges(s).At(verb))
            {
                yield return new(head.Value.With(new Filter(FilterField.Created, range.Value.From, FilterOp.Within, range.Value.Until)), range.Next, head.Score + 1);
            }
        }

        foreach (var body in s.After(s.SkipFillers(at), "new") is >= 0 and var added ? modifiers.Operands.Heads(added).SelectMany(h => Body(h.Value, h.Next)) : [])
        {
            if (body.Value.Filters.Any(f => f.Field == FilterField.Created && f.Op == FilterOp.Within))
            {
                yield return body;
            }
        }
    }

    /// <summary>"parent technique of T1059.001", "T1059.001's parent"</summary>
    private IEnumerable<Parsed<ObjectSet>> Parents(int at)
    {
        string[] nouns = ["parent technique", "parent techniques", "parent", "main technique", "parents", "base technique"];
        var noun = s.After(s.SkipFillers(at), nouns);
        foreach (var one in s.After(noun, ["of", "for", "to"]) is >= 0 and var of ? modifiers.Operands.One(of) : modifiers.Operands.One(at).Select(o => o with { Next = s.After(o.Next, nouns) }).Where(o => o.Next >= 0))
        {
            if (one.Value.Kind is ObjectKind.Technique or ObjectKind.SubTechnique)
            {
                yield return new(ObjectSet.Of(ObjectKind.Technique).With(new Link(RelationKind.SubtechniqueOf, false, ObjectSet.Of(one.Value))), one.Next, one.Score + 1);
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
