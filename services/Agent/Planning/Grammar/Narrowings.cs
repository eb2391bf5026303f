namespace Platform.Agent.Planning;

/// <summary>Reads conditions on an object's own properties: platform, tactic, domain, times, state, name.</summary>
internal sealed class Narrowings(Sentence s)
{
    private static readonly string[] On =
    [
        .. Lexicon.On, "targeting", "that target", "that targets", "which target", "that can run on", "runs on", "run on", "that works on", "works on", "work on", "which run on", "which runs on", "which work on", "that support", "supporting",
        "that supports", "compatible with", "that are compatible with", "designed for", "built for", "written for", "made for", "aimed at", "that infect", "infecting", "that infects", "that exist for", "that exist on",
        "of", "with", "that belong to", "belonging to", "belong to", "belongs to", "which belong to", "that fall under", "falling under", "fall under", "falls under", "that are part of", "part of", "in the category of", "categorized under",
        "categorised under", "mapped to", "that map to", "that are mapped to", "associated with", "that are associated with", "related to", "that relate to", "used for", "that are used for", "used to achieve", "that achieve", "that accomplish",
        "that support", "to achieve", "to gain", "that enable", "enabling", "that apply on", "that target hosts running", "across", "listed under", "classified as", "classified under", "tagged with", "that are for", "that are in", "that are on",
        "that are available on", "serve", "serves", "serving", "that serve the", "achieve", "accomplish", "that accomplish", "that are applicable to", "can run on", "that serve", "apply to", "applies to", "that are under", "that fall into", "fall into", "falling into", "fall in", "that fall in", "sit in", "that sit in", "sit under",
        "that sit under", "exist for", "exist on", "target", "targets", "affect", "affects", "supports", "support", "that lead to", "with the tactic", "of the tactic", "in tactic", "under tactic", "whose platform is", "whose platforms include",
        "whose tactic is", "whose tactics include", "that include", "with platform", "with platforms including", "from", "capable of running on", "that also run on", "that also work on", "able to run on",
    ];

    private static readonly string[] OnlyOn =
    [
        "only on", "only for", "only run on", "only runs on", "that only run on", "that only runs on", "that run only on", "that runs only on", "run only on", "that only work on", "that work only on", "exclusively on", "exclusively for", "exclusive to",
        "that are exclusive to", "that only target", "that only affect", "only target", "only targeting", "limited to", "that are limited to", "specific to", "that are specific to", "that only apply to", "that apply only to", "only in", "that only belong to",
        "that belong only to", "that exclusively run on", "running only on", "running exclusively on", "that are only for", "that are only on", "that only support", "which only run on", "which run only on", "unique to",
    ];

    private static readonly string[] NotOn =
    [
        "not on", "not for", "not in", "that do not run on", "that don't run on", "that does not run on", "which do not run on", "which don't run on", "not running on", "do not run on", "does not run on", "don't run on", "doesn't run on", "excluding",
        "that do not target", "that don't target", "not targeting", "that do not work on", "that don't work on", "that do not support", "that don't support", "outside of", "outside", "other than for", "that are not for", "that are not on", "that are not in",
        "that do not belong to", "that don't belong to", "not belonging to", "do not belong to", "don't belong to", "that do not affect", "that don't affect", "that do not apply to", "that don't apply to", "do not apply to", "don't apply to", "except for",
        "except", "except those for", "except those on", "that are not part of", "not part of", "not used for", "that cannot run on", "that can not run on", "that can't run on", "cannot run on", "not available on", "that are not available on", "not under",
        "that are not used for", "are not for", "are not on", "are not in", "do not target", "don't target", "not related to", "not associated with",
    ];

    private static readonly string[] Nouns =
    [
        "platform", "platforms", "system", "systems", "hosts", "host", "machines", "environments", "environment", "devices", "tactic", "tactics", "phase", "stage", "framework", "matrix", "dataset", "operating system", "computers", "endpoints", "endpoint",
        "purposes", "boxes", "servers", "category", "domain", "knowledge base", "data", "bundle", "category",
    ];

    private static readonly (FilterField Field, string[] Verbs)[] Times =
    [
        (FilterField.Created,
            ["created", "added", "introduced", "published", "registered", "catalogued", "cataloged", "first added", "first created", "first published", "first introduced", "newly added", "newly created", "newly introduced", "entered", "recorded", "new", "first catalogued", "originally created", "originally added", "first recorded", "first listed", "dated", "came in", "appeared", "first appeared", "originally published", "add", "create", "introduce", "publish"]),
        (FilterField.Modified,
            ["modified", "updated", "changed", "revised", "edited", "last modified", "last updated", "last changed", "last revised", "last edited", "touched", "most recently updated", "most recently modified", "modify", "update", "change", "revise"]),
        (FilterField.FirstSeen,
            ["first seen", "started", "start", "began", "begin", "begun", "beginning", "starting", "launched", "first observed", "commenced", "that kicked off", "kicked off", "with first seen", "that first appeared", "originated"]),
        (FilterField.LastSeen, ["last seen", "ended", "end", "finished", "ending", "concluded", "last observed", "stopped", "over"]),
        (FilterField.Active, ["", "active", "seen", "observed", "conducted", "took place", "taking place", "happened", "occurred", "ran", "running", "ongoing", "carried out", "underway", "going on", "run", "were running", "live", "happen", "take place", "occur"]),
    ];

    private static readonly string[] Mitre = ["did mitre", "has mitre", "have they", "did they", "did att&ck", "mitre", "did mitre att&ck"];
    private static readonly string[] Place = ["to att&ck", "to mitre att&ck", "to the att&ck framework", "to the framework", "to the database", "in att&ck", "in mitre att&ck", "to the data", "to the knowledge base", "to attack", "to the matrix", "to enterprise att&ck", "to the catalog", "by mitre", "into att&ck"];
    private static readonly string[] Retired = ["including revoked and deprecated", "including deprecated and revoked", "including revoked or deprecated", "including retired", "including deprecated", "including revoked", "counting revoked and deprecated", "including the revoked and deprecated", "even revoked or deprecated"];

    private readonly TimeRanges _ranges = new(s);

    public static IEnumerable<string> Words => On.Concat(OnlyOn).Concat(NotOn).Concat(Nouns).Concat(Times.SelectMany(t => t.Verbs)).Concat(Mitre).Concat(Place).Concat(Retired)
        .Concat(["whose", "name", "names", "title", "contains", "contain", "containing", "including", "includes", "starts", "starting", "begins", "beginning", "description", "descriptions", "mention", "mentions", "mentioning", "besides", "apart", "excluding", "except",
            "without", "parent", "top-level", "base"]);

    public IEnumerable<Parsed<ObjectSet>> After(ObjectSet set, int at) =>
        at >= s.Count ? [] : States(set, at).Concat(Values(set, at)).Concat(Dates(set, at)).Concat(Texts(set, at)).Concat(Without(set, at));

    /// <summary>"that are revoked", "including revoked ones", "that are not sub-techniques".</summary>
    private IEnumerable<Parsed<ObjectSet>> States(ObjectSet set, int at)
    {
        if (set.Kind == ObjectKind.Technique)
        {
            if (s.After(at, ["that are sub-techniques", "that are subtechniques", "which are sub-techniques", "only sub-techniques", "only the sub-techniques", "sub-techniques only", "that are sub techniques"]) is >= 0 and var sub)
            {
                yield return new(set with { Kind = ObjectKind.SubTechnique }, sub, 0);
            }

            if (s.After(at,
                [
                    "that are not sub-techniques", "that aren't sub-techniques", "which are not sub-techniques", "excluding sub-techniques", "not counting sub-techniques", "without counting sub-techniques", "not including sub-techniques", "ignoring sub-techniques",
                    "are not sub-techniques", "aren't sub-techniques", "that are not subtechniques", "excluding subtechniques", "not counting subtechniques", "except sub-techniques", "leaving out sub-techniques", "excluding all sub-techniques", "without including sub-techniques", "minus sub-techniques",
                ]) is >= 0 and var top)
            {
                yield return new(set.With(new Filter(FilterField.SubTechnique, "false")), top, 0);
            }

            if (s.After(at, ["including sub-techniques", "including subtechniques", "counting sub-techniques", "and sub-techniques", "with sub-techniques included", "including all sub-techniques"]) is >= 0 and var all)
            {
                yield return new(set, all, 0);
            }
        }

        if (s.After(at, ["that are", "which are", "that have been", "which have been", "that were", "marked as", "that are marked as", "have been", "that got", "flagged as"]) is >= 0 and var are && are < s.Count && s.After(are, ["revoked", "deprecated"]) is >= 0 and var retired)
        {
            var field = s[are].Word == "revoked" ? FilterField.Revoked : FilterField.Deprecated;
            yield return new(set.With(new Filter(field, "true")) with { IncludeRetired = true }, retired, 0);
        }

        if (s.After(at, ["that are not revoked or deprecated", "that are neither revoked nor deprecated", "that are not revoked", "that are not deprecated", "excluding revoked and deprecated ones", "not counting revoked and deprecated ones", "that are still active", "that are neither deprecated nor revoked", "excluding revoked and deprecated"]) is >= 0 and var live)
        {
            yield return new(set, live, 0);
        }

        if (s.After(at, Retired) is >= 0 and var including)
        {
            var noun = s.After(including, ["ones", "objects", "techniques", "entries", "groups", "software", "malware"]);
            yield return new(set with { IncludeRetired = true }, noun < 0 ? including : noun, 0);
        }
    }

    /// <summary>"on Windows", "only on Linux", "not in the persistence tactic", "for Linux and macOS".</summary>
    private IEnumerable<Parsed<ObjectSet>> Values(ObjectSet set, int at)
    {
        foreach (var (words, op) in new[] { (On, FilterOp.Is), (OnlyOn, FilterOp.Only), (NotOn, FilterOp.Not) })
        {
            foreach (var on in s.Afters(at, words))
            {
                foreach (var list in ValueLists(set.Kind, s.After(on, ["both", "either", "only"]) is >= 0 and var both ? both : on, op, s.After(on, "only") >= 0))
                {
                    yield return new(set with { Filters = [.. set.Filters, .. list.Value] }, list.Next, 0);
                }
            }
        }

        if (s.After(at, ["only", "exclusively"]) is >= 0 and var only)
        {
            foreach (var on in s.Afters(only, On))
            {
                foreach (var one in ValueAt(set.Kind, on, FilterOp.Only))
                {
                    yield return new(set.With(one.Value), one.Next, 0);
                }
            }
        }
    }

    private IEnumerable<Parsed<Filter[]>> ValueLists(ObjectKind kind, int at, FilterOp op, bool only)
    {
        foreach (var one in ValueAt(kind, at, only ? FilterOp.Only : op))
        {
            yield return new([one.Value], one.Next, 0);
            if (one.Next >= s.Count || only)
            {
                continue;
            }

            var and = s.After(one.Next, ["and", "and also", "as well as", "and on", "and for", "&"]);
            var or = s.After(one.Next, ["or", "or on", "or for", "and/or"]);
            foreach (var next in new[] { and, or })
            {
                foreach (var other in next < 0 ? [] : ValueAt(kind, next, op))
                {
                    if (other.Value.Field != one.Value.Field)
                    {
                        continue;
                    }

                    // Neither of two is not the one and not the other; both is the one and the other.
                    Filter[] filters = next == and || op == FilterOp.Not ? [one.Value, other.Value] : [one.Value with { Value = one.Value.Value + Filter.Or + other.Value.Value }];
                    yield return new(filters, other.Next, 0);
                }
            }
        }
    }

    public IEnumerable<Parsed<Filter>> ValueAt(ObjectKind kind, int at, FilterOp op)
    {
        if (at < 0 || s.SkipFillers(at) >= s.Count)
        {
            yield break;
        }

        var start = s.SkipFillers(at);
        start = s.After(start, ["tactic", "platform", "platforms", "tactics", "tactic of", "phase of", "operating system"]) is >= 0 and var noun ? noun : start;
        foreach (var (phrase, next) in start < s.Count ? s.PhrasesAt(start) : [])
        {
            var filter = Filters.Value(phrase) ?? (op == FilterOp.Is && Lexicon.Domains.TryGetValue(phrase, out var domain) ? new Filter(FilterField.Domain, domain) : null);
            if (filter is not null && Filters.Fits(filter.Field, kind))
            {
                var after = s.After(next, Nouns);
                yield return new(filter with { Op = op }, after < 0 ? next : after, 0);
            }
        }

        foreach (var mention in s.MentionsAt(start))
        {
            // A tactic by its number.
            if (mention.Candidates is [{ Match: MatchKind.Id, Entity: { Kind: ObjectKind.Tactic } tactic }] && Filters.Fits(FilterField.Tactic, kind))
            {
                yield return new(new Filter(FilterField.Tactic, tactic.Name.ToLowerInvariant().Replace(' ', '-'), op), mention.Next, 0);
            }
        }
    }

    /// <summary>"created in 2023", "that were last updated before June 2021"; of campaigns also "in 2022".</summary>
    private IEnumerable<Parsed<ObjectSet>> Dates(ObjectSet set, int at)
    {
        var starts = new List<int> { at };
        foreach (var words in new[] { Lexicon.Relatives, [.. Lexicon.Be, .. Lexicon.Do, "'ve been"], Mitre })
        {
            foreach (var start in starts.ToArray())
            {
                if (s.After(start, words) is >= 0 and var next)
                {
                    starts.Add(next);
                }
            }
        }

        foreach (var start in starts)
        {
            foreach (var (field, verbs) in Times)
            {
                if (!Filters.Fits(field, set.Kind))
                {
                    continue;
                }

                foreach (var verb in verbs)
                {
                    if ((verb.Length == 0 ? start == at ? at : -1 : s.After(start, verb)) is not (>= 0 and var after))
                    {
                        continue;
                    }

                    foreach (var place in s.After(after, Place) is >= 0 and var placed ? [placed, after] : new[] { after })
                    {
                        foreach (var range in _ranges.At(place))
                        {
                            var end = s.After(range.Next, Place) is >= 0 and var late ? late : range.Next;
                            yield return new(set.With(new Filter(field, range.Value.From, FilterOp.Within, range.Value.Until)), end, verb.Length);
                        }
                    }
                }
            }
        }
    }

    /// <summary>"with Bear in their name", "whose name starts with Cobalt", "that mention ransomware".</summary>
    private IEnumerable<Parsed<ObjectSet>> Texts(ObjectSet set, int at)
    {
        foreach (var (words, field, op) in new (string[], FilterField, FilterOp)[]
        {
            (["whose name contains", "whose names contain", "whose name includes", "with names containing", "with a name containing", "with the name containing", "named something with", "that have a name containing", "whose name has", "whose names include", "containing the name"],
                FilterField.Name, FilterOp.Contains),
            (["whose name starts with", "whose name begins with", "whose names start with", "whose names begin with", "with names starting with", "with a name starting with", "with names beginning with", "with a name beginning with", "that start with", "starting with", "beginning with", "that begin with", "have a name starting with", "have names starting with"],
                FilterField.Name, FilterOp.StartsWith),
            (["that mention", "mentioning", "whose description mentions", "whose descriptions mention", "whose description contains", "whose descriptions contain", "with descriptions mentioning", "described with", "mention", "with a description mentioning", "with descriptions containing", "with a description containing"],
                FilterField.Description, FilterOp.Contains),
        })
        {
            var letters = s.After(at, words) is >= 0 and var begun ? s.After(begun, ["the word", "the letter", "the letters", "the words", "the term", "the string"]) is >= 0 and var the ? the : begun : -1;
            foreach (var text in TextsAt(letters))
            {
                var end = field == FilterField.Description && s.After(text.Next, ["in their description", "in their descriptions", "in the description", "in its description"]) is >= 0 and var tail ? tail : text.Next;
                yield return new(set.With(new Filter(field, text.Value, op)), end, field == FilterField.Description && end == text.Next ? 0 : 1);
            }
        }

        if (s.After(at, ["with", "having", "that have", "have", "containing", "that contain", "which have", "contain", "include", "that include", "including", "with the word", "have the word", "that have the word", "containing the word", "that contain the word", "contain the word", "that mention", "has", "mention"]) is >= 0 and var with)
        {
            foreach (var text in TextsAt(with))
            {
                if (s.After(text.Next, ["in their name", "in the name", "in their names", "in its name", "in the names", "as part of their name", "in the title", "in their title"]) is >= 0 and var name)
                {
                    yield return new(set.With(new Filter(FilterField.Name, text.Value, FilterOp.Contains)), name, 1);
                }

                if (s.After(text.Next, ["in their description", "in the description", "in their descriptions", "in its description"]) is >= 0 and var description)
                {
                    yield return new(set.With(new Filter(FilterField.Description, text.Value, FilterOp.Contains)), description, 1);
                }
            }
        }
    }

    /// <summary>One to three words taken as they are; quoted ones as one.</summary>
    private IEnumerable<Parsed<string>> TextsAt(int at)
    {
        for (var length = 1; at >= 0 && length <= 3 && at + length <= s.Count; length++)
        {
            var text = string.Join(' ', Enumerable.Range(at, length).Select(i => s[i].Text));
            if (length == 1 || s[at].Quoted == s[at + length - 1].Quoted)
            {
                yield return new(text, at + length, 0);
            }
        }
    }

    /// <summary>"other than APT28", "besides Mimikatz".</summary>
    private IEnumerable<Parsed<ObjectSet>> Without(ObjectSet set, int at)
    {
        if (s.After(at, ["other than", "besides", "apart from", "except", "except for", "aside from", "excluding", "not counting", "not including", "but not"]) is not (>= 0 and var next))
        {
            yield break;
        }

        foreach (var mention in s.MentionsAt(s.SkipFillers(next)))
        {
            foreach (var candidate in mention.Candidates)
            {
                if (Kinds.Overlap(candidate.Entity.Kind, set.Kind) && candidate.Match >= MatchKind.Alias)
                {
                    yield return new(set.With(new Filter(FilterField.Name, candidate.Entity.Name, FilterOp.Not)), mention.Next, mention.Length * 10);
                }
            }
        }
    }
}
