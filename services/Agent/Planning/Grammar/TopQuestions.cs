namespace Platform.Agent.Planning;

/// <summary>Reads rankings: "top 5 groups by number of techniques", "which group uses the most techniques", "most used techniques".</summary>
internal sealed class TopQuestions(Sentence s, Modifiers modifiers, Sets sets)
{
    private const int DefaultLimit = 5;
    private const int MaxLimit = 100;
    private static readonly string[] Leads = [.. Lexicon.List, "what is", "which is", "who is", "what's", "rank"];

    public void Read(int at, Action<Plan, int, int> add)
    {
        var lead = s.After(at, Leads);
        var from = s.SkipFillers(lead < 0 ? at : lead);
        Top(from, add);
        MostUsed(from, add);
        if (lead >= 0)
        {
            UsesTheMost(from, add);
        }

        WithTheMost(from, add);
    }

    /// <summary>"top [N] KIND [by [number of] KIND2 …]".</summary>
    private void Top(int at, Action<Plan, int, int> add)
    {
        if (s.After(at, ["top", "highest ranked"]) is not (>= 0 and var next))
        {
            return;
        }

        var (limit, from) = Number(next, DefaultLimit);
        foreach (var set in KindSetsAt(from))
        {
            var by = s.After(set.Next, ["by number of", "by the number of", "by count of", "by how many", "by", "ranked by", "ranked by number of", "by total", "in terms of"]);
            if (by >= 0)
            {
                foreach (var counted in modifiers.Operands.KindSets(by, 2))
                {
                    // "groups (that use them)": the link says again what the ranking already says.
                    var tail = s.After(counted.Next, ["using them", "that use them", "they use", "used", "used by them", "each uses", "mitigated", "they mitigate"]);
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

    /// <summary>"[N] most [commonly] used KIND [by KIND2]", "least used KIND".</summary>
    private void MostUsed(int at, Action<Plan, int, int> add)
    {
        var (limit, from) = Number(at, 0);
        var most = s.After(from, ["most", "most commonly", "most frequently", "most widely", "most often", "most heavily"]);
        var least = s.After(from, ["least", "least commonly", "least frequently", "least often"]);
        var next = Math.Max(most, least);
        if (next < 0 || next >= s.Count || s[next].Quoted)
        {
            return;
        }

        var word = s[next].Word;
        var relation = word is "common" or "popular" or "prevalent" or "frequent" ? Relations.Info(RelationKind.Uses) : Relations.Passive(word);
        if (relation is null)
        {
            return;
        }

        foreach (var head in modifiers.Operands.Heads(next + 1))
        {
            var count = limit > 0 ? limit : IsPlural(head.Next - 1) ? DefaultLimit : 1;
            foreach (var set in modifiers.After(head.Value, head.Next, 2))
            {
                // "by groups" names who is counted and is not a narrowing of its own.
                var by = s.After(set.Next, ["by", "among", "amongst", "across", "by number of", "by the number of"]);
                if (by >= 0)
                {
                    foreach (var counted in modifiers.Operands.KindSets(by, 1))
                    {
                        Add(set, relation, counted.Value, count, least >= 0, counted.Next, add);
                    }
                }
                else
                {
                    var who = relation.Kind == RelationKind.Uses ? ObjectKind.Group : relation.Sources[0];
                    Add(set, relation, ObjectSet.Of(who), count, least >= 0, set.Next, add);
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
            foreach (var (start, negated) in modifiers.Verbs.Auxiliaries(set.Next))
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

            if (s.After(set.Next, ["have", "has", "with"]) is >= 0 and var have)
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
        foreach (var set in sets.At(at))
        {
            yield return set;
        }
    }

    private int Limit(int asked, Parsed<ObjectSet> set) => asked > 0 ? asked : IsPlural(set.Next - 1) ? DefaultLimit : 1;

    private bool IsPlural(int at) => s[at].Word is var word && word.EndsWith('s') && Kinds.TryGet(word, out _);

    /// <summary>The link that ranks a set by another kind: the only relationship that fits, in the only direction.</summary>
    private static Link? Between(ObjectSet set, ObjectSet counted)
    {
        if (Relations.Implied(set.Kind, counted.Kind) is { } there)
        {
            return new Link(there.Relation.Kind, there.Outgoing, counted);
        }

        return Relations.Implied(counted.Kind, set.Kind) is { } back ? new Link(back.Relation.Kind, !back.Outgoing, counted) : null;
    }

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
