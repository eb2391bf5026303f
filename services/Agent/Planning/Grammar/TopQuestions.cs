namespace Platform.Agent.Planning;

/// <summary>Reads rankings: "top 5 groups by number of techniques", "which group uses the most techniques", "most used techniques".</summary>
internal sealed class TopQuestions(Sentence s, Modifiers modifiers, Sets sets)
{
    private const int DefaultLimit = 5;
    private const int MaxLimit = 100;
    private static readonly string[] MostWords = ["most", "most commonly", "most frequently", "most widely", "most often", "most heavily", "the most", "most popularly", "the most often", "the most frequently", "most extensively", "most regularly", "commonly", "most broadly"];
    private static readonly string[] LeastWords = ["least", "least commonly", "least frequently", "least often", "the least", "least widely"];
    private static readonly string[] Tails = ["using them", "that use them", "they use", "used", "used by them", "each uses", "mitigated", "they mitigate", "that they use", "they have", "which use them", "employed", "they employ", "they address", "they cover", "that use it", "using it", "attributed to them", "attributed"];
    private static readonly string[] Leads = [.. Lexicon.List, "what is", "which is", "who is", "what's", "rank"];

    public void Read(int at, Action<Plan, int, int> add)
    {
        var lead = s.After(at, Leads);
        var from = s.SkipFillers(lead < 0 ? at : lead);
        Top(from, add);
        Ranked(from, add);
        MostUsed(from, add);
        UsedMost(from, add);
        UsesTheMost(from, add);
        WithTheMost(from, add);
    }

    /// <summary>"top [N] KIND [by [number of] KIND2 …]".</summary>
    private void Top(int at, Action<Plan, int, int> add)
    {
        var together = at < s.Count && s[at].Word.StartsWith("top", StringComparison.Ordinal) && Lexicon.TryNumber(s[at].Word[3..].TrimStart('-'), out var inWord) && inWord is > 0 and <= MaxLimit ? inWord : 0;
        if (together == 0 && s.After(at, ["top", "highest ranked", "leading", "the top"]) < 0)
        {
            return;
        }

        var (limit, from) = together > 0 ? (together, at + 1) : Number(s.After(at, ["top", "highest ranked", "leading", "the top"]), DefaultLimit);
        from = s.After(from, ["most used", "most common", "most popular", "most frequently used", "most commonly used", "most prevalent", "most widely used"]) is >= 0 and var used ? used : from;
        foreach (var set in KindSetsAt(from))
        {
            var by = s.After(set.Next, ["by number of", "by the number of", "by count of", "by how many", "by", "ranked by", "ranked by number of", "by total", "in terms of"]);
            if (by >= 0)
            {
                foreach (var counted in modifiers.Operands.KindSets(by, 2))
                {
                    // "groups (that use them)": the link says again what the ranking already says.
                    var tail = s.After(counted.Next, Tails);
                    if (Between(set.Value, counted.Value) is { } link)
                    {
                        add(new TopPlan(set.Value, link, limit), tail < 0 ? counted.Next : tail, set.Score + counted.Score);
                    }
                }
            }
            else if (Inherent(set.Value) is { } ranked)
            {
                add(new TopPlan(ranked.Set, ranked.By, limit), set.Next, set.Score);
            }
        }
    }

    /// <summary>"groups by number of techniques"</summary>
    private void Ranked(int at, Action<Plan, int, int> add)
    {
        var (limit, from) = Number(at, 0);
        foreach (var set in KindSetsAt(from))
        {
            if (s.After(set.Next, ["by number of", "by the number of", "by count of", "by how many", "ranked by number of", "ranked by the number of", "ordered by number of", "sorted by number of", "according to the number of", "by their number of", "sorted by the number of"]) is >= 0 and var by)
            {
                foreach (var counted in modifiers.Operands.KindSets(by, 2))
                {
                    if (Between(set.Value, counted.Value) is { } link)
                    {
                        var tail = s.After(counted.Next, Tails);
                        add(new TopPlan(set.Value, link, limit > 0 ? limit : 10), tail < 0 ? counted.Next : tail, set.Score + counted.Score);
                    }
                }
            }
        }
    }

    /// <summary>"which techniques are most commonly used [by groups]", "which tool is used most often"</summary>
    private void UsedMost(int at, Action<Plan, int, int> add)
    {
        var (limit, from) = Number(at, 0);
        foreach (var set in KindSetsAt(from))
        {
            var be = s.After(set.Next, [.. Lexicon.Be, "that is", "that are", "which is", "which are"]) is >= 0 and var verb ? verb : set.Next;
            foreach (var (before, after) in new[] { (true, false), (false, true) })
            {
                foreach (var (start, ascending) in before ? MostAt(be) : [(be, false)])
                {
                    if (start >= s.Count || Ranking(s[start].Word) is not { } relation)
                    {
                        continue;
                    }

                    foreach (var (end, least) in after ? MostAt(start + 1) : [(start + 1, ascending)])
                    {
                        Counts(set with { Next = end }, relation, Limit(limit, set), least, add);
                    }
                }
            }
        }
    }

    private IEnumerable<(int Next, bool Ascending)> MostAt(int at)
    {
        foreach (var next in s.Afters(s.SkipFillers(at), MostWords))
        {
            yield return (next, false);
        }

        foreach (var next in s.Afters(s.SkipFillers(at), LeastWords))
        {
            yield return (next, true);
        }
    }

    private static RelationInfo? Ranking(string word) => word is "common" or "popular" or "prevalent" or "frequent" or "widespread" or "favored" or "favoured" or "ubiquitous"
        ? Relations.Info(RelationKind.Uses)
        : Relations.Passive(word) is [var relation, ..] ? relation : null;

    /// <summary>What ranks: "by groups" names who is counted and is no narrowing of its own.</summary>
    private void Counts(Parsed<ObjectSet> set, RelationInfo relation, int limit, bool ascending, Action<Plan, int, int> add)
    {
        var by = s.After(set.Next, ["by", "among", "amongst", "across", "by number of", "by the number of", "with", "amongst all", "by most", "in"]);
        foreach (var counted in by >= 0 ? modifiers.Operands.KindSets(by, 2) : [])
        {
            Add(set, relation, counted.Value, limit, ascending, counted.Next, add);
        }

        var who = relation.Kind == RelationKind.Uses ? ObjectKind.Group : relation.Sources[0];
        Add(set, relation, ObjectSet.Of(who), limit, ascending, set.Next, add);
    }

    /// <summary>"[N] most [commonly] used KIND [by KIND2]", "least used KIND".</summary>
    private void MostUsed(int at, Action<Plan, int, int> add)
    {
        var (limit, from) = Number(at, 0);
        foreach (var (next, ascending) in MostAt(from))
        {
            if (next >= s.Count || s[next].Quoted || Ranking(s[next].Word) is not { } relation)
            {
                continue;
            }

            foreach (var head in modifiers.Operands.Heads(next + 1))
            {
                var count = limit > 0 ? limit : IsPlural(head.Next - 1) ? DefaultLimit : 1;
                foreach (var set in modifiers.After(head.Value, head.Next, 2))
                {
                    Counts(set, relation, count, ascending, add);
                }
            }
        }
    }

    private static void Add(Parsed<ObjectSet> set, RelationInfo relation, ObjectSet counted, int limit, bool ascending, int next, Action<Plan, int, int> add)
    {
        if (relation.Accepts(counted.Kind, set.Value.Kind) && !(ascending && counted.Links.Count > 0))
        {
            add(new TopPlan(set.Value, new Link(relation.Kind, false, counted), limit, ascending), next, set.Score);
        }
    }

    /// <summary>"which group uses the most techniques", "which techniques are used by the most groups".</summary>
    private void UsesTheMost(int at, Action<Plan, int, int> add)
    {
        var (limit, from) = Number(at, 0);
        foreach (var set in KindSetsAt(from))
        {
            // "which technique do the most groups use"
            foreach (var (counted, ascending) in s.After(set.Next, Lexicon.Do) is >= 0 and var does ? Superlatives(does) : [])
            {
                foreach (var verb in modifiers.Verbs.ActiveOrPastAt(counted.Next))
                {
                    if (verb.Value.Accepts(counted.Value.Kind, set.Value.Kind))
                    {
                        add(new TopPlan(set.Value, new Link(verb.Value.Kind, false, counted.Value), Limit(limit, set), ascending), verb.Next, set.Score + counted.Score);
                    }
                }
            }

            var relative = s.After(set.Next, Lexicon.Relatives);
            foreach (var (start, negated) in relative < 0 ? modifiers.Verbs.Auxiliaries(set.Next) : modifiers.Verbs.Auxiliaries(set.Next).Concat(modifiers.Verbs.Auxiliaries(relative)))
            {
                if (negated)
                {
                    continue;
                }

                foreach (var verb in modifiers.Verbs.ActiveAt(start))
                {
                    MostOf(set, verb, true, limit, add);
                }

                foreach (var verb in modifiers.Verbs.PassiveAt(start))
                {
                    MostOf(set, verb, false, limit, add);
                }
            }

            if (s.After(set.Next, ["have", "has", "with", "that has", "that have", "which has", "having", "had", "boasts", "can boast"]) is >= 0 and var have)
            {
                MostOwned(set, have, limit, add);
            }
        }
    }

    private void WithTheMost(int at, Action<Plan, int, int> add)
    {
        var (limit, from) = Number(at, 0);
        foreach (var set in KindSetsAt(from))
        {
            if (s.After(set.Next, ["with", "having"]) is >= 0 and var with)
            {
                MostOwned(set, with, limit, add);
            }
        }
    }

    private void MostOf(Parsed<ObjectSet> set, Parsed<RelationInfo> verb, bool outgoing, int limit, Action<Plan, int, int> add)
    {
        foreach (var (counted, ascending) in Superlatives(verb.Next))
        {
            var fits = outgoing ? verb.Value.Accepts(set.Value.Kind, counted.Value.Kind) : verb.Value.Accepts(counted.Value.Kind, set.Value.Kind);
            if (fits)
            {
                add(new TopPlan(set.Value, new Link(verb.Value.Kind, outgoing, counted.Value), Limit(limit, set), ascending), counted.Next, set.Score + counted.Score);
            }
        }
    }

    private void MostOwned(Parsed<ObjectSet> set, int at, int limit, Action<Plan, int, int> add)
    {
        foreach (var (counted, ascending) in Superlatives(at))
        {
            if (Between(set.Value, counted.Value) is { } link)
            {
                add(new TopPlan(set.Value, link, Limit(limit, set), ascending), counted.Next, set.Score + counted.Score);
            }
        }
    }

    private IEnumerable<(Parsed<ObjectSet> Counted, bool Ascending)> Superlatives(int at)
    {
        var most = s.After(at, Lexicon.Most);
        var fewest = s.After(at, Lexicon.Fewest);
        if (Math.Max(most, fewest) is var next && next < 0)
        {
            yield break;
        }

        foreach (var counted in modifiers.Operands.KindSets(s.After(next, ["different", "distinct", "number of"]) is >= 0 and var more ? more : next, 2))
        {
            // The fewest count those that have none too, which a chain of links could not tell.
            if (fewest <= most || counted.Value.Links.Count == 0)
            {
                yield return (counted, fewest > most);
            }
        }
    }

    private IEnumerable<Parsed<ObjectSet>> KindSetsAt(int at)
    {
        if (s.After(at, "who") is >= 0 and var who)
        {
            yield return new(ObjectSet.Of(ObjectKind.Group), who, 0);
        }

        foreach (var set in sets.At(at))
        {
            yield return set;
        }
    }

    private int Limit(int asked, Parsed<ObjectSet> set) => asked > 0 ? asked : IsPlural(set.Next - 1) ? DefaultLimit : 1;

    private bool IsPlural(int at) => s[at].Word is var word && word.EndsWith('s') && Kinds.TryGet(word, out _);

    /// <summary>The link that ranks a set by another kind: the only relationship that fits, in the only direction.</summary>
    private static Link? Between(ObjectSet set, ObjectSet counted) =>
        Relations.Between(set.Kind, counted.Kind) is { } found ? new Link(found.Relation.Kind, found.Outgoing, counted) : null;

    /// <summary>"top 10 techniques used by groups": the last link to a bare kind is what is counted.</summary>
    private static (ObjectSet Set, Link By)? Inherent(ObjectSet set)
    {
        if (set.Links.Count > 0 && set.Links[^1] is { Negated: false, Other: { Entities.Count: 0, Links.Count: 0 } } last)
        {
            return (set with { Links = [.. set.Links.Take(set.Links.Count - 1)] }, last);
        }

        ObjectKind? counted = set.Kind switch
        {
            ObjectKind.Technique or ObjectKind.SubTechnique or ObjectKind.Malware or ObjectKind.Tool or ObjectKind.Software => ObjectKind.Group,
            ObjectKind.Group or ObjectKind.Campaign or ObjectKind.Mitigation => ObjectKind.Technique,
            _ => null,
        };
        return counted is { } kind && Between(set, ObjectSet.Of(kind)) is { } by ? (set, by) : null;
    }

    private (int Limit, int Next) Number(int at, int fallback)
    {
        if (at < s.Count && !s[at].Quoted && Lexicon.TryNumber(s[at].Word, out var number) && number is > 0 and <= MaxLimit)
        {
            return (number, at + 1);
        }

        return (fallback, at);
    }
}
