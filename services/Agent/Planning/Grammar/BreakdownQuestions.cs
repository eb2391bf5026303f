namespace Platform.Agent.Planning;

/// <summary>Reads questions that split a set: "techniques per tactic", "which platform has the most malware", "groups added per year".</summary>
internal sealed class BreakdownQuestions(Sentence s, Modifiers modifiers, Sets sets)
{
    private const int MaxLimit = 100;

    private static readonly string[] Leads =
    [
        .. Lexicon.Count, .. Lexicon.List, "break down", "break down the", "breakdown of", "a breakdown of", "the breakdown of", "distribution of", "the distribution of", "group", "what is the distribution of", "what is the breakdown of", "show the distribution of",
        "show me the distribution of", "show me a breakdown of", "give me a breakdown of", "split", "how are", "trend of", "the trend of", "show the trend of", "what is the trend of", "plot", "chart", "graph", "show me the number of", "show the number of",
        "give me the number of", "list the number of", "tally", "tabulate", "show me the trend of", "summarize", "summarise", "show how many", "show me how many", "tell me how many", "the evolution of", "how has the number of", "how did the number of", "timeline of",
        "show a timeline of", "histogram of", "count of", "give me the distribution of", "give me the breakdown of", "what's the breakdown of", "what's the distribution of", "counts of", "show counts of", "statistics on", "growth of", "the growth of", "show the growth of", "show me the growth of", "growth in", "show the growth in", "plot the growth of", "development of", "show the development of",
    ];

    private static readonly string[] Per =
    [
        "per", "by", "for each", "in each", "on each", "across", "across the", "grouped by", "broken down by", "split by", "for every", "in every", "each", "every", "by each", "over the", "over", "across all", "distributed across", "distributed over", "spread across",
        "distributed by", "distributed among", "among", "according to", "with respect to", "under each", "within each", "for the different", "in the different", "across the different", "across different", "belong to each", "are there per", "are there for each", "are there in each",
        "are in each", "exist per", "exist for each", "are there by", "are there on each", "fall under each", "does each", "do each", "run on each", "target each", "changed over", "evolved over", "changed per", "for each of the", "in each of the", "across every", "are there under each", "are there for every",
    ];

    private static readonly (string[] Nouns, BreakdownField Field)[] Values =
    [
        (["tactic", "tactics", "kill chain phase", "kill chain phases", "attack phase", "phase", "phases"], BreakdownField.Tactic),
        (["platform", "platforms", "operating system", "operating systems", "os"], BreakdownField.Platform),
        (["domain", "domains", "att&ck domain"], BreakdownField.Domain),
        (["year", "years", "yearly", "annually", "annual", "calendar year", "time"], BreakdownField.CreatedYear),
        (["month", "months", "monthly"], BreakdownField.CreatedMonth),
    ];

    private static readonly (string[] Verbs, FilterField Field)[] Times =
    [
        (["added", "created", "introduced", "published", "new", "were added", "were created", "were introduced", "was added", "have been added", "are added", "got added", "did mitre add", "were new", "were published", "additions", "growth"], FilterField.Created),
        (["modified", "updated", "changed", "were modified", "were updated", "were changed", "last modified", "were last modified", "have been updated", "last updated", "were last updated"], FilterField.Modified),
        (["started", "began", "first seen", "were first seen", "start", "launched", "starting", "were started", "begin", "were launched"], FilterField.FirstSeen),
        (["ended", "last seen", "were last seen", "finished", "end"], FilterField.LastSeen),
    ];

    public static IEnumerable<string> Words => Leads.Concat(Per).Concat(Values.SelectMany(v => v.Nouns)).Concat(Times.SelectMany(t => t.Verbs))
        .Concat(["has", "have", "cover", "covers", "covered", "span", "does", "represented", "popular", "common", "were", "did"]);

    public void Read(int at, Action<Plan, int, int> add)
    {
        Split(at, add);
        Most(at, add);
        Covered(at, add);
    }

    /// <summary>"per tactic", "and by platform": what was asked about before, split.</summary>
    public void Again(ObjectSet set, int at, Action<Plan, int, int> add)
    {
        foreach (var per in s.Afters(at, Per))
        {
            foreach (var value in ValueAt(per, false, set, null))
            {
                add(new BreakdownPlan(set, value.Value), value.Next, 0);
            }
        }
    }

    /// <summary>"(how many) KIND … per VALUE", "number of groups added per year".</summary>
    private void Split(int at, Action<Plan, int, int> add)
    {
        foreach (var start in s.Afters(at, Leads).Append(at))
        {
            var from = s.After(s.SkipFillers(start), ["number of", "new"]) is >= 0 and var number ? number : start;
            foreach (var set in sets.At(from).Concat(modifiers.Operands.KindSets(from, 3)))
            {
                foreach (var (time, next) in TimesAt(set.Next))
                {
                    foreach (var per in s.Afters(next, Per).Append(next))
                    {
                        foreach (var value in ValueAt(per, per == next, set.Value, from != start && s.After(from - 1, "new") >= 0 ? time ?? FilterField.Created : time))
                        {
                            // "How many techniques are there for each tactic": the tail may close the question.
                            var end = s.After(value.Next, ["have", "has", "does it have", "contain", "include", "cover", "got", "support"]) is >= 0 and var tail ? tail : value.Next;
                            foreach (var range in new TimeRanges(s).At(end).Where(_ => value.Value >= BreakdownField.CreatedYear))
                            {
                                add(new BreakdownPlan(Within(set.Value, value.Value, range.Value), value.Value), range.Next, set.Score + 2);
                            }

                            add(new BreakdownPlan(set.Value, value.Value), end, set.Score + 2);
                        }
                    }
                }
            }
        }
    }

    /// <summary>"which tactic has the most techniques", "top 3 platforms by number of malware", "in which year were the most groups added".</summary>
    private void Most(int at, Action<Plan, int, int> add)
    {
        var start = s.After(at, [.. Lexicon.List, "in which", "in what", "on which", "for which", "under which", "during which", "what is the", "which is the"]) is >= 0 and var lead ? s.SkipFillers(lead) : at;
        var (limit, from) = Number(s.After(start, "top") is >= 0 and var top ? top : start);
        foreach (var (nouns, field) in Values)
        {
            foreach (var noun in s.Afters(from, nouns))
            {
                var fallback = s[noun - 1].Word.EndsWith('s') && s[noun - 1].Word != "os" ? 5 : 1;
                var number = limit > 0 ? limit : fallback;
                var be = s.After(noun, [.. Lexicon.Be, .. Lexicon.Do, "with", "having", "that has", "that have", "saw", "were there", "covers", "cover", "contains", "contain", "includes", "include", "by", "ranked by"]) is >= 0 and var verb ? verb : noun;
                foreach (var by in s.Afters(noun, ["by number of", "by the number of", "by count of", "by", "ranked by number of", "ranked by", "by how many"]))
                {
                    foreach (var set in modifiers.Operands.KindSets(by, 3))
                    {
                        AddMost(set, field, number, false, add);
                    }
                }

                foreach (var (words, ascending) in new[] { (Lexicon.Most, false), (Lexicon.Fewest, true) })
                {
                    foreach (var most in s.Afters(be, words))
                    {
                        var newer = s.After(most, ["new"]) is >= 0 and var fresh ? fresh : most;
                        foreach (var set in modifiers.Operands.KindSets(newer, 3))
                        {
                            AddMost(set, field, number, ascending, add);
                        }
                    }
                }
            }
        }
    }

    private void AddMost(Parsed<ObjectSet> set, BreakdownField field, int limit, bool ascending, Action<Plan, int, int> add)
    {
        foreach (var (time, next) in TimesAt(set.Next))
        {
            if (Dated(field, time, set.Value) is { } by && Fits(by, set.Value.Kind))
            {
                add(new BreakdownPlan(set.Value, by, limit, ascending), next, set.Score + 2);
            }
        }
    }

    /// <summary>"which tactics does APT28 use/cover", "how many tactics are covered by APT28", "tactics of APT28".</summary>
    private void Covered(int at, Action<Plan, int, int> add)
    {
        foreach (var start in s.Afters(at, [.. Lexicon.Count, .. Lexicon.List, "across how many", "from which", "from how many", "across which", "under which", "in which", "in how many"]).Append(at))
        {
            foreach (var noun in s.Afters(s.SkipFillers(start), ["tactic", "tactics", "att&ck tactics", "mitre tactics", "kill chain phases", "phases"]))
            {
                foreach (var from in s.Afters(noun, [.. Lexicon.Do, .. Lexicon.Be]).Append(noun))
                {
                    var by = s.After(from, ["used by", "covered by", "employed by", "represented in the techniques of", "of", "for", "in", "represented by", "touched by", "seen in", "observed in", "associated with", "addressed by", "spanned by", "by"]);
                    foreach (var owner in modifiers.Operands.One(by >= 0 ? by : from))
                    {
                        if (owner.Value.Retired || owner.Value.Kind is not (ObjectKind.Group or ObjectKind.Campaign or ObjectKind.Malware or ObjectKind.Tool or ObjectKind.Mitigation)
                            || Modifiers.AttachImplied(ObjectSet.Of(ObjectKind.Technique), new Operand([ObjectSet.Of(owner.Value)])) is not { } techniques)
                        {
                            continue;
                        }

                        var end = s.After(owner.Next, ["use", "uses", "used", "cover", "covers", "employ", "leverage", "span", "operate in", "touch", "have techniques in", "have techniques for", "use techniques from", "use techniques in", "fall under", "address", "mitigate", "rely on", "have", "utilize", "hit", "use techniques for"]);
                        if (by >= 0 || end >= 0)
                        {
                            add(new BreakdownPlan(techniques, BreakdownField.Tactic), end >= 0 ? end : owner.Next, owner.Score + 2);
                        }
                    }

                    // "which tactics do the techniques used by APT28 belong to"
                    foreach (var set in modifiers.Operands.KindSets(from, 3))
                    {
                        if (set.Value.Kind is ObjectKind.Technique or ObjectKind.SubTechnique && (set.Value.Links.Count > 0)
                            && s.After(set.Next, ["belong to", "fall under", "fall into", "cover", "come from", "span", "map to", "serve", "support"]) is >= 0 and var belong)
                        {
                            add(new BreakdownPlan(set.Value, BreakdownField.Tactic), belong, set.Score + 2);
                        }
                    }
                }
            }
        }
    }

    private IEnumerable<(FilterField? Time, int Next)> TimesAt(int at)
    {
        yield return (null, at);
        var start = s.After(at, ["are", "were", "is", "was", "been", "has", "have", "have been", "did", "that were"]) is >= 0 and var be ? be : at;
        foreach (var from in new[] { at, start }.Distinct())
        {
            foreach (var (verbs, field) in Times)
            {
                foreach (var next in s.Afters(from, verbs))
                {
                    yield return (field, s.After(next, ["to att&ck", "in att&ck", "to mitre att&ck", "to the framework", "to the database", "distributed"]) is >= 0 and var place ? place : next);
                }
            }

            if (s.After(from, ["distributed", "spread", "split", "broken down", "grouped", "there", "are there", "exist"]) is >= 0 and var spread)
            {
                yield return (null, spread);
            }
        }
    }

    private IEnumerable<Parsed<BreakdownField>> ValueAt(int at, bool bare, ObjectSet set, FilterField? time)
    {
        foreach (var (nouns, field) in Values)
        {
            foreach (var next in s.Afters(s.SkipFillers(at), nouns))
            {
                // Without "per" only "yearly" and the like split a set.
                if ((!bare || s[next - 1].Word is "yearly" or "annually" or "monthly" or "annual") && Dated(field, time, set) is { } by && Fits(by, set.Kind))
                {
                    yield return new(by, next, 0);
                }
            }
        }
    }

    private static BreakdownField? Dated(BreakdownField field, FilterField? time, ObjectSet set) => (field, time) switch
    {
        (BreakdownField.CreatedYear, null) => set.Kind == ObjectKind.Campaign ? BreakdownField.FirstSeenYear : BreakdownField.CreatedYear,
        (BreakdownField.CreatedYear, FilterField.Created) => BreakdownField.CreatedYear,
        (BreakdownField.CreatedYear, FilterField.Modified) => BreakdownField.ModifiedYear,
        (BreakdownField.CreatedYear, FilterField.FirstSeen) => BreakdownField.FirstSeenYear,
        (BreakdownField.CreatedYear, FilterField.LastSeen) => BreakdownField.LastSeenYear,
        (BreakdownField.CreatedMonth, null or FilterField.Created) => BreakdownField.CreatedMonth,
        (BreakdownField.CreatedMonth, FilterField.Modified) => BreakdownField.ModifiedMonth,
        (_, null) => field,
        _ => null,
    };

    private static bool Fits(BreakdownField field, ObjectKind kind) => Filters.Fits(
        field switch
        {
            BreakdownField.Tactic => FilterField.Tactic,
            BreakdownField.Platform => FilterField.Platform,
            BreakdownField.Domain => FilterField.Domain,
            BreakdownField.FirstSeenYear => FilterField.FirstSeen,
            BreakdownField.LastSeenYear => FilterField.LastSeen,
            _ => FilterField.Created,
        },
        kind);

    private static ObjectSet Within(ObjectSet set, BreakdownField field, TimeRange range) => set.With(new Filter(
        field switch
        {
            BreakdownField.ModifiedYear or BreakdownField.ModifiedMonth => FilterField.Modified,
            BreakdownField.FirstSeenYear => FilterField.FirstSeen,
            BreakdownField.LastSeenYear => FilterField.LastSeen,
            _ => FilterField.Created,
        },
        range.From, FilterOp.Within, range.Until));

    private (int Limit, int Next) Number(int at) =>
        at < s.Count && !s[at].Quoted && Lexicon.TryNumber(s[at].Word, out var number) && number is > 0 and <= MaxLimit ? (number, at + 1) : (0, at);
}
