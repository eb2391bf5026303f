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
    private readonly Dictionary<(int At, int Depth), List<Parsed<ObjectSet>>> _sets = [];
    private readonly Dictionary<int, List<Parsed<Operand>>> _named = [];

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

    /// <summary>A kind with how many there must be: "more than 50 techniques", "at least two groups", "only one campaign".</summary>
    public IEnumerable<Parsed<Link>> Counted(int at, int depth)
    {
        foreach (var bounds in Quantities.At(s, at))
        {
            foreach (var set in KindSets(bounds.Next, bounds.Value.AtLeast is null ? 0 : depth))
            {
                // Where none will do too, the far end stays a bare kind: nothing may narrow it.
                if (bounds.Value.AtLeast is not null || set.Value.Links.Count == 0)
                {
                    yield return new(new Link(default, true, set.Value, AtLeast: bounds.Value.AtLeast, AtMost: bounds.Value.AtMost), set.Next, set.Score);
                }
            }
        }
    }

    /// <summary>A kind, with adjectives before and modifiers after it.</summary>
    public IReadOnlyList<Parsed<ObjectSet>> KindSets(int at, int depth)
    {
        if (!_sets.TryGetValue((at, depth), out var sets))
        {
            _sets[(at, depth)] = sets = [.. ReadKindSets(at, depth)];
        }

        return sets;
    }

    private IEnumerable<Parsed<ObjectSet>> ReadKindSets(int at, int depth)
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

        if (Those(at) is { } those)
        {
            yield return those;
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

    /// <summary>What the last answer was about: "them", "of those", "those techniques".</summary>
    private Parsed<ObjectSet>? Those(int at)
    {
        if (s.Context.Those is not { } set || s.After(at, ["them", "those", "these", "they", "of them", "of those", "of these", "the ones", "those ones"]) is not (>= 0 and var next))
        {
            return null;
        }

        foreach (var (phrase, after) in next < s.Count ? s.PhrasesAt(next) : [])
        {
            if (Kinds.TryGet(phrase, out var kind) && Kinds.Overlap(kind, set.Kind))
            {
                return new(set with { Kind = Kinds.Fits(kind, set.Kind) ? kind : set.Kind }, after, 3);
            }
        }

        return new(set, next, 2);
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
            else if (phrase is "parent" or "top-level" or "top level" or "base" or "main" or "primary" or "non-sub" or "root")
            {
                yield return (new Filter(FilterField.SubTechnique, "false"), false, next);
            }
            else if (phrase is "enterprise" or "ics" or "mobile")
            {
                yield return (new Filter(FilterField.Domain, phrase + "-attack"), false, next);
            }
            else if (Filters.Value(Root(phrase)) is { } filter)
            {
                yield return (filter, false, next);
            }
        }
    }

    /// <summary>"Windows-based" is "Windows".</summary>
    private static string Root(string phrase)
    {
        foreach (var ending in new[] { "-based", "-related", "-compatible", "-focused", "-capable", "-targeting" })
        {
            if (phrase.EndsWith(ending, StringComparison.Ordinal))
            {
                return phrase[..^ending.Length];
            }
        }

        return phrase;
    }

    /// <summary>One name or a list of names: "A", "A or B", "both A and B", "A, B and C".</summary>
    public IReadOnlyList<Parsed<Operand>> Named(int at)
    {
        if (!_named.TryGetValue(at, out var named))
        {
            _named[at] = named = [.. ReadNamed(at)];
        }

        return named;
    }

    private IEnumerable<Parsed<Operand>> ReadNamed(int at)
    {
        var start = s.SkipFillers(at);
        (int From, string? Forced)[] starts = [(s.After(start, ["both", "each of", "all of", "both of", "all three of", "all of these:", "all"]), "both"), (s.After(start, ["either", "any of"]), "or"), (at, null)];
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
        if (s.Context.It is { } it)
        {
            foreach (var pronoun in s.Afters(at, ["it", "they", "them", "he", "its", "their", "that", "this", "the same", "that one", "this one"]))
            {
                yield return new(it, pronoun, 1);
            }

            if (s.After(at, ["this", "that", "the", "these", "the same", "said"]) is >= 0 and var demonstrative && demonstrative < s.Count)
            {
                foreach (var (phrase, next) in s.PhrasesAt(demonstrative))
                {
                    if (Kinds.TryGet(phrase, out var kind) && Kinds.Overlap(it.Kind, kind))
                    {
                        yield return new(it, next, 2);
                    }
                }
            }
        }

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
