namespace Platform.Agent.Planning;

/// <summary>
/// What stands at the far end of a verb: one set, or several that must each hold ("both A and B").
/// </summary>
internal sealed record Operand(IReadOnlyList<ObjectSet> Sets)
{
    public ObjectKind Kind => Sets[0].Kind;
}

/// <summary>Reads noun phrases: named objects, lists of them, and kinds with what narrows them.</summary>
internal sealed class Operands(Sentence s, Modifiers modifiers)
{
    /// <summary>Names, or a kind with its modifiers.</summary>
    public IEnumerable<Parsed<Operand>> At(int at, int depth)
    {
        foreach (var named in Named(at))
        {
            yield return named;
        }

        if (depth <= 0)
        {
            yield break;
        }

        foreach (var set in KindSets(at, depth))
        {
            yield return new(new Operand([set.Value]), set.Next, set.Score);
        }
    }

    /// <summary>A kind, with adjectives before and modifiers after it.</summary>
    public IEnumerable<Parsed<ObjectSet>> KindSets(int at, int depth)
    {
        foreach (var head in Heads(at))
        {
            foreach (var narrowed in modifiers.After(head.Value, head.Next, depth - 1))
            {
                yield return narrowed with { Score = narrowed.Score + head.Score };
            }
        }
    }

    /// <summary>A kind with the adjectives before it: "revoked techniques", "Windows malware", "persistence techniques".</summary>
    public IEnumerable<Parsed<ObjectSet>> Heads(int at)
    {
        at = s.SkipFillers(at);
        if (at >= s.Count)
        {
            yield break;
        }

        foreach (var (phrase, next) in s.PhrasesAt(at))
        {
            if (Kinds.TryGet(phrase, out var kind))
            {
                yield return new(ObjectSet.Of(kind), next, 0);
                break;
            }
        }

        foreach (var (filter, retired, next) in Adjectives(at))
        {
            foreach (var rest in Heads(next))
            {
                if (Filters.Fits(filter.Field, rest.Value.Kind))
                {
                    yield return rest with { Value = rest.Value.With(filter) with { IncludeRetired = retired || rest.Value.IncludeRetired } };
                }
            }
        }
    }

    private IEnumerable<(Filter Filter, bool Retired, int Next)> Adjectives(int at)
    {
        foreach (var (phrase, next) in s.PhrasesAt(at))
        {
            if (phrase is "revoked")
            {
                yield return (new Filter(FilterField.Revoked, "true"), true, next);
            }
            else if (phrase is "deprecated")
            {
                yield return (new Filter(FilterField.Deprecated, "true"), true, next);
            }
            else if (Filters.Value(phrase) is { } filter)
            {
                yield return (filter, false, next);
            }
        }
    }

    /// <summary>One name or a list of names: "A", "A or B", "both A and B", "A, B and C".</summary>
    public IEnumerable<Parsed<Operand>> Named(int at)
    {
        var start = s.SkipFillers(at);
        (int From, string? Forced)[] starts = [(s.After(start, ["both", "each of"]), "both"), (s.After(start, ["either", "any of"]), "or"), (at, null)];
        foreach (var (from, forced) in starts)
        {
            if (from < 0)
            {
                continue;
            }

            foreach (var list in Lists(from, [], 0))
            {
                foreach (var operand in Join(list.Value.Names, forced ?? list.Value.Joiner))
                {
                    yield return new(operand, list.Next, list.Score);
                }
            }
        }
    }

    /// <summary>"A and B" may mean both or either: both readings, equally sure, so that the planner asks back.</summary>
    private static IEnumerable<Operand> Join(List<EntityRef> names, string? joiner)
    {
        if (names.Count == 1)
        {
            yield return new([ObjectSet.Of(names[0])]);
            yield break;
        }

        if (joiner is "and" or "both")
        {
            yield return new(names.ConvertAll(static n => ObjectSet.Of(n)));
        }

        if (joiner is "or" or "and")
        {
            var kind = names[0].Kind;
            foreach (var name in names)
            {
                kind = name.Kind == kind ? kind : ObjectKind.Object;
            }

            yield return new([ObjectSet.Of(kind, names)]);
        }
    }

    private IEnumerable<Parsed<(List<EntityRef> Names, string? Joiner)>> Lists(int at, List<EntityRef> before, int score)
    {
        foreach (var one in One(at))
        {
            if (before.Contains(one.Value))
            {
                continue;
            }

            List<EntityRef> names = [.. before, one.Value];
            yield return new((names, null), one.Next, score + one.Score);
            if (names.Count >= 10 || one.Next >= s.Count)
            {
                continue;
            }

            var and = s.After(one.Next, ["and", "and also", "as well as", "&"]);
            var or = s.After(one.Next, ["or"]);
            var comma = s[one.Next].CommaBefore ? one.Next : -1;
            foreach (var (joiner, next) in new[] { ("and", and), ("or", or), (",", comma) })
            {
                if (next < 0)
                {
                    continue;
                }

                foreach (var rest in Lists(next, names, score + one.Score))
                {
                    var last = rest.Value.Joiner ?? joiner;
                    if (joiner == "," ? rest.Value.Joiner is not null : last == joiner)
                    {
                        yield return rest with { Value = (rest.Value.Names, last) };
                    }
                }
            }
        }
    }

    /// <summary>One name, perhaps with its kind before or after it: "the group APT28", "Carbanak malware".</summary>
    public IEnumerable<Parsed<EntityRef>> One(int at)
    {
        foreach (var from in Starts(at))
        {
            foreach (var mention in s.MentionsAt(from))
            {
                foreach (var candidate in mention.Candidates)
                {
                    var score = Score(mention, candidate);
                    yield return new(candidate.Entity, mention.Next, score);
                    foreach (var (phrase, next) in mention.Next < s.Count ? s.PhrasesAt(mention.Next) : [])
                    {
                        if (Kinds.TryGet(phrase, out var kind) && Kinds.Overlap(candidate.Entity.Kind, kind) && !s[mention.Next].CommaBefore && !s[mention.Next - 1].Possessive)
                        {
                            yield return new(candidate.Entity, next, score + 2);
                        }
                    }
                }
            }

            if (from >= s.Count)
            {
                continue;
            }

            foreach (var (phrase, next) in s.PhrasesAt(from))
            {
                if (Kinds.TryGet(phrase, out var kind))
                {
                    foreach (var named in BareNames(s.SkipFillers(next)))
                    {
                        if (Kinds.Overlap(named.Value.Kind, kind))
                        {
                            yield return named with { Score = named.Score + 5 };
                        }
                    }
                }
            }
        }
    }

    private IEnumerable<Parsed<EntityRef>> BareNames(int at)
    {
        foreach (var mention in s.MentionsAt(at))
        {
            foreach (var candidate in mention.Candidates)
            {
                yield return new(candidate.Entity, mention.Next, Score(mention, candidate));
            }
        }
    }

    private static int Score(Mention mention, Candidate candidate)
    {
        // Longer names beat shorter ones, and a name's own object beats one that only has it as an alias.
        var score = (mention.Length * 10) + (int)candidate.Match - (candidate.Entity.Retired ? 5 : 0);
        // ATT&CK once gave mitigations the number of their technique; who writes T1064 means the technique.
        return candidate is { Match: MatchKind.Id, Entity: { Kind: ObjectKind.Mitigation, ExternalId: ['T', ..] } } ? score - 1 : score;
    }

    private IEnumerable<int> Starts(int at)
    {
        yield return at;
        if (s.SkipFillers(at) is var skipped && skipped != at)
        {
            yield return skipped;
        }
    }
}
