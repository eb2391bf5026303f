namespace Platform.Agent.Planning;

/// <summary>Reads questions about the latest and the earliest: "the newest group", "which techniques were updated most recently".</summary>
internal sealed class OrderQuestions(Sentence s, Modifiers modifiers, Sets sets)
{
    private const int DefaultLimit = 5;
    private const int MaxLimit = 100;

    private static readonly string[] Leads = [.. Lexicon.List, "what is", "which is", "what's", "who is", "what was", "which was", "what are", "which are", "what were", "tell me"];

    private static readonly (string[] Words, FilterField? Field, bool Descending)[] Adjectives =
    [
        (["newest", "latest", "most recent", "youngest"], null, true),
        (["most recently added", "most recently created", "most recently introduced", "most recently published", "latest added", "newly added", "last added", "last created", "most newly added", "recently added", "newest added", "most recently catalogued"], FilterField.Created, true),
        (["most recently modified", "most recently updated", "most recently changed", "last modified", "last updated", "latest updated", "latest modified", "recently updated", "recently modified", "most recently revised", "last changed", "most recently edited"], FilterField.Modified, true),
        (["least recently updated", "least recently modified", "least recently changed", "longest unmodified"], FilterField.Modified, false),
        (["oldest", "earliest", "first", "very first", "first ever"], null, false),
        (["earliest added", "earliest created", "first added", "first created", "first introduced", "first published"], FilterField.Created, false),
        (["most recently started", "last started", "most recently begun"], FilterField.FirstSeen, true),
        (["most recently seen", "last seen", "latest seen", "most recently active", "most recently observed", "last active", "most recently ended"], FilterField.LastSeen, true),
        (["earliest started", "first seen", "earliest seen", "earliest known"], FilterField.FirstSeen, false),
    ];

    private static readonly (string[] Verbs, FilterField Field)[] Verbs =
    [
        (["created", "added", "introduced", "published", "catalogued"], FilterField.Created),
        (["modified", "updated", "changed", "revised", "edited"], FilterField.Modified),
        (["started", "begun", "first seen", "launched", "start", "begin", "began"], FilterField.FirstSeen),
        (["last seen", "seen", "ended", "end", "active", "finished", "finish"], FilterField.LastSeen),
    ];

    private static readonly string[] Latest = ["most recently", "last", "latest", "most lately", "the most recently", "the latest", "the last"];
    private static readonly string[] Earliest = ["first", "earliest", "the first", "the earliest"];
    private static readonly string[] Least = ["least recently"];

    public static IEnumerable<string> Words => Adjectives.SelectMany(a => a.Words).Concat(Verbs.SelectMany(v => v.Verbs)).Concat(Latest).Concat(Earliest).Concat(Least)
        .Concat(["ordered", "sorted", "by", "date", "creation", "modification", "starting", "newest", "oldest", "first", "last"]);

    public void Read(int at, Action<Plan, int, int> add)
    {
        var lead = s.After(at, Leads);
        var start = s.SkipFillers(lead < 0 ? at : lead);
        var (limit, from) = Number(start);
        Before(from, limit, add);
        Behind(from, limit, add);
        Sorted(from, limit, add);
    }

    /// <summary>"[N] newest KIND", "the KIND last updated".</summary>
    private void Before(int at, int limit, Action<Plan, int, int> add)
    {
        foreach (var (words, field, descending) in Adjectives)
        {
            foreach (var next in s.Afters(at, words))
            {
                var (number, from) = limit > 0 ? (limit, next) : Number(next);
                foreach (var set in modifiers.Operands.KindSets(from, 3))
                {
                    Add(set, field, descending, number, add);
                }

                foreach (var set in sets.At(from))
                {
                    Add(set, field, descending, number, add);
                }
            }
        }
    }

    /// <summary>"(which) KIND was updated most recently", "KIND is the newest", "was most recently added".</summary>
    private void Behind(int at, int limit, Action<Plan, int, int> add)
    {
        foreach (var set in sets.At(at))
        {
            var be = s.After(set.Next, [.. Lexicon.Be, .. Lexicon.Do, "that was", "that were"]) is >= 0 and var verb ? verb : set.Next;
            foreach (var (words, field, descending) in Adjectives)
            {
                foreach (var next in be > set.Next ? s.Afters(s.SkipFillers(be), words) : [])
                {
                    var end = s.After(next, ["one", "ones", "to att&ck", "in att&ck"]) is >= 0 and var one ? one : next;
                    Add(set with { Next = end }, field, descending, limit, add, set.Next);
                }
            }

            foreach (var (verbs, field) in Verbs)
            {
                foreach (var (words, descending) in new[] { (Latest, true), (Earliest, false), (Least, false) })
                {
                    foreach (var next in s.Afters(be, words).SelectMany(w => s.Afters(w, verbs)).Concat(s.Afters(be, verbs).SelectMany(v => s.Afters(s.After(v, ["to att&ck"]) is >= 0 and var place ? place : v, words))))
                    {
                        var end = s.After(next, ["to att&ck", "in att&ck", "to mitre att&ck", "to the framework", "to the database"]) is >= 0 and var place ? place : next;
                        Add(set with { Next = end }, field, descending, limit, add, set.Next);
                    }
                }
            }
        }
    }

    /// <summary>"list groups sorted by creation date".</summary>
    private void Sorted(int at, int limit, Action<Plan, int, int> add)
    {
        foreach (var set in sets.At(at))
        {
            if (s.After(set.Next, ["sorted by", "ordered by", "by", "in order of", "sort by", "order by"]) is not (>= 0 and var by))
            {
                continue;
            }

            foreach (var (words, field) in new (string[], FilterField)[]
            {
                (["creation date", "date created", "date of creation", "date added", "creation time", "when they were added", "when they were created"], FilterField.Created),
                (["modification date", "date modified", "last modified", "last update", "last modified date", "date of last change", "date updated", "last updated"], FilterField.Modified),
                (["start date", "first seen", "first seen date", "date first seen", "date"], FilterField.FirstSeen),
                (["end date", "last seen", "last seen date"], FilterField.LastSeen),
            })
            {
                if (s.After(by, words) is >= 0 and var next && Filters.Fits(field, set.Value.Kind))
                {
                    var newest = s.After(next, ["newest first", "latest first", "descending", "most recent first"]);
                    var oldest = s.After(next, ["oldest first", "earliest first", "ascending"]);
                    add(new ListPlan(set.Value, limit > 0 ? limit : MaxLimit, new TimeOrder(field, newest >= 0)), Math.Max(next, Math.Max(newest, oldest)), set.Score + 1);
                }
            }
        }
    }

    private void Add(Parsed<ObjectSet> set, FilterField? field, bool descending, int limit, Action<Plan, int, int> add, int headEnd = -1)
    {
        var by = field ?? (set.Value.Kind == ObjectKind.Campaign ? FilterField.FirstSeen : FilterField.Created);
        if (Filters.Fits(by, set.Value.Kind) && set.Value.Entities.Count == 0)
        {
            var many = s[(headEnd < 0 ? set.Next : headEnd) - 1].Word is var word && word.EndsWith('s') && Kinds.TryGet(word, out _) && word is not "malwares";
            add(new ListPlan(set.Value, limit > 0 ? limit : many ? DefaultLimit : 1, new TimeOrder(by, descending)), set.Next, set.Score + 2);
        }
    }

    private (int Limit, int Next) Number(int at) =>
        at < s.Count && !s[at].Quoted && Lexicon.TryNumber(s[at].Word, out var number) && number is > 0 and <= MaxLimit ? (number, at + 1) : (0, at);
}
