namespace Platform.Agent.Planning;

/// <summary>Reads what only means something after another question: "and APT29?", "only the malware", "list them", "what about 2023?".</summary>
internal static class FollowUps
{
    private static readonly string[] Openings =
    [
        "and", "what about", "how about", "and what about", "and how about", "and for", "same for", "the same for", "and the same for", "now for", "also for", "what of", "and of", "but what about", "ok and", "ok what about", "do the same for", "same question for", "repeat for", "now", "for",
        "and by", "then", "or", "also", "same thing for", "and now", "and with", "how does it look for", "what if", "and if", "ok now", "now do", "and on", "and in", "instead", "let's try", "try", "okay and", "and also", "and what of", "so what about",
    ];

    private static readonly string[] Narrowing = ["only", "just", "only the", "just the", "only show", "restrict to", "narrow to", "narrow it to", "filter by", "filter to", "filter for", "limit to", "limit it to", "restrict that to", "and only", "now only", "show only", "but only", "keep only", "only count", "just show", "only list", "limit that to", "filter that to", "narrow that to", "restrict it to", "filter"];
    private static readonly string[] Counting = ["how many", "how many is that", "how many are there", "how many are they", "count them", "how many of them", "how many are those", "and how many", "how many of those", "how many in total", "what is the count", "how many does it have", "so how many", "how many is it", "how many were there", "how many does that make", "count those", "the number", "what's the count"];

    private static readonly string[] Listing =
    [
        "list them", "which ones", "name them", "show them", "who are they", "what are they", "list those", "show me", "show me them", "which", "list", "which are they", "and which ones", "and what are they", "tell me which", "give me the list", "show the list", "show me the list", "can you list them", "list them all", "and list them", "list all of them",
        "who", "give me their names", "what are their names", "enumerate them", "print them", "display them", "please list them", "now list them", "which ones are they", "which ones are those", "show me which", "which exactly", "name those", "show those", "and who are they", "name all of them", "list it",
    ];

    private static readonly string[] Picking = ["list the ones", "show the ones", "name the ones", "list those", "show those", "name those", "which are the ones", "give me the ones", "which of them are", "which of those are"];

    public static IEnumerable<string> Words => Openings.Concat(Picking).Concat(Narrowing).Concat(Counting).Concat(Listing);

    public static void Read(Sentence s, Modifiers modifiers, Action<Plan, int, int> add)
    {
        if (s.Context.Last is not { } last)
        {
            return;
        }

        if (s.Context.Those is { } those)
        {
            foreach (var end in s.Afters(0, Counting))
            {
                add(new CountPlan(those), end, 0);
            }

            foreach (var end in s.Afters(0, Listing))
            {
                add(new ListPlan(those, Questions.ListLimit), end, 0);
            }

            // "list the ones for discovery"
            foreach (var start in s.Afters(0, Picking))
            {
                foreach (var narrowed in modifiers.After(those with { Filters = [] }, start, 0))
                {
                    if (narrowed.Next > start && narrowed.Value.Links.Count == those.Links.Count && narrowed.Value.Filters is [var filter])
                    {
                        add(new ListPlan(Put(those, filter), Questions.ListLimit), narrowed.Next, 1);
                    }
                }
            }

            foreach (var start in s.Afters(0, ["and", "now", "what about", "split them", "split it", "break it down", "break them down", "group them", "show them", "how many"]).Append(0))
            {
                new BreakdownQuestions(s, modifiers, new Sets(s, modifiers)).Again(those, start, add);
            }
        }

        foreach (var start in s.Afters(0, Openings).Append(0).SelectMany(o => s.Afters(o, Narrowing).Append(o)).Distinct().ToList())
        {
            foreach (var one in modifiers.Operands.One(start))
            {
                if (start > 0 && Swap(last, one.Value) is { } swapped)
                {
                    add(swapped, one.Next, one.Score + 5);
                }
            }

            if (Set(last) is not { } set)
            {
                continue;
            }

            foreach (var narrowed in modifiers.After(set with { Filters = [] }, start, 0))
            {
                if (narrowed.Next > start && narrowed.Value.Links.Count == set.Links.Count && narrowed.Value.Filters is [var filter])
                {
                    add(With(last, Put(set, filter)), narrowed.Next, 1);
                }
            }

            foreach (var (phrase, next) in start < s.Count ? s.PhrasesAt(s.SkipFillers(start) is var at && at < s.Count ? at : start) : [])
            {
                if (Filters.Value(phrase) is { } value && Filters.Fits(value.Field, set.Kind) && start > 0)
                {
                    add(With(last, Put(set, value)), s.After(next, ["ones", "platforms", "only", "tactic", "platform"]) is >= 0 and var noun ? noun : next, 0);
                }

                // Another kind of thing in the same relationship: "and malware?", "only the tools".
                if (Kinds.TryGet(phrase, out var kind) && start > 0 && set.Entities.Count == 0 && Rekind(set, kind) is { } rekinded)
                {
                    add(With(last, rekinded), next, 0);
                }
            }

            // A bare year takes the place of the last one.
            if (start > 0 && set.Filters.FirstOrDefault(f => f.Op == FilterOp.Within) is { } time)
            {
                foreach (var range in Years(s, start))
                {
                    add(With(last, Put(set, time with { Value = range.Value.From, Until = range.Value.Until })), range.Next, 0);
                }
            }
        }
    }

    private static IEnumerable<Parsed<TimeRange>> Years(Sentence s, int at)
    {
        foreach (var range in new TimeRanges(s).At(at))
        {
            yield return range;
        }

        if (at < s.Count && s[at].Word is ['1' or '2', _, _, _] word && int.TryParse(word, out var year) && year is >= 1970 and < 2100)
        {
            yield return new(new($"{year}-01-01", $"{year + 1}-01-01"), at + 1, 0);
        }
    }

    private static ObjectSet? Set(Plan plan) => plan switch
    {
        CountPlan p => p.Set,
        ListPlan p => p.Set,
        TopPlan p => p.Set,
        BreakdownPlan p => p.Set,
        _ => null,
    };

    private static Plan With(Plan plan, ObjectSet set) => plan switch
    {
        CountPlan p => p with { Set = set },
        ListPlan p => p with { Set = set },
        TopPlan p => p with { Set = set },
        BreakdownPlan p => p with { Set = set },
        _ => plan,
    };

    /// <summary>A filter in the place of the one of its field.</summary>
    private static ObjectSet Put(ObjectSet set, Filter filter) => set with { Filters = [.. set.Filters.Where(f => f.Field != filter.Field), filter] };

    private static ObjectSet? Rekind(ObjectSet set, ObjectKind kind)
    {
        var rekinded = set with { Kind = kind };
        foreach (var filter in set.Filters)
        {
            if (!Filters.Fits(filter.Field, kind))
            {
                return null;
            }
        }

        return Reconnect(rekinded);
    }

    /// <summary>The same question about another object.</summary>
    private static Plan? Swap(Plan plan, EntityRef entity)
    {
        switch (plan)
        {
            case DescribePlan:
                return new DescribePlan(entity);
            case AttributePlan p:
                return p.Entity.Kind == entity.Kind ? p with { Entity = entity } : null;
            case NeighborsPlan p:
                return p with { Entity = entity };
            case PathPlan p:
                return p with { To = entity };
            case ExistsPlan p:
                return Swap(p.Set, entity) is { } asked ? new ExistsPlan(asked) : null;
            default:
                return Set(plan) is { } set && Swap(set, entity) is { } swapped ? With(plan, swapped) : null;
        }
    }

    private static ObjectSet? Swap(ObjectSet set, EntityRef entity)
    {
        // Of what the question names, the one that is of the same kind; without one, the only one.
        var links = set.Links.Select((link, i) => (link, i)).Where(l => l.link.Other.Entities.Count == 1).ToList();
        var alike = links.FindAll(l => l.link.Other.Entities[0].Kind == entity.Kind);
        if (set.Entities is [var own] && (own.Kind == entity.Kind || links.Count == 0) && alike.Count == 0)
        {
            return set with { Entities = [entity], Kind = entity.Kind };
        }

        var chosen = alike.Count == 1 ? alike : links;
        if (chosen.Count != 1)
        {
            return null;
        }

        var changed = new List<Link>(set.Links) { [chosen[0].i] = chosen[0].link with { Other = ObjectSet.Of(entity) } };
        return Reconnect(set with { Links = changed });
    }

    /// <summary>The set with relationships that can stand between its kinds; null where there is none.</summary>
    private static ObjectSet? Reconnect(ObjectSet set)
    {
        var links = new List<Link>(set.Links.Count);
        foreach (var link in set.Links)
        {
            var relation = Relations.Info(link.Relation);
            var (source, target) = link.Outgoing ? (set.Kind, link.Other.Kind) : (link.Other.Kind, set.Kind);
            if (relation.Accepts(source, target))
            {
                links.Add(link);
            }
            else if (Relations.Between(set.Kind, link.Other.Kind) is { } found)
            {
                links.Add(link with { Relation = found.Relation.Kind, Outgoing = found.Outgoing });
            }
            else
            {
                return null;
            }
        }

        return set with { Links = links };
    }
}
