namespace Platform.Agent.Planning;

/// <summary>Reads questions about two named objects whatever the order of the words: how far apart, what they share, which has more.</summary>
internal static class PairQuestions
{
    private static readonly string[] Path =
    [
        "hops", "hop", "steps", "step", "apart", "distance", "degrees of separation", "degree of separation", "path", "paths", "shortest path", "route", "connected", "connection", "connections", "linked", "link", "related", "relationship", "relation", "relate", "chain", "far", "edges",
        "relationships", "length", "shortest", "separate", "separates", "connects", "connect", "links", "shortest route", "graph distance", "shortest connection", "away", "reach", "degrees", "tied", "trace",
    ];

    private static readonly string[] Compare =
    [
        "compare", "comparison", "difference", "differences", "differ", "versus", "vs", "vs.", "common", "overlap", "overlapping", "overlaps", "similar", "similarities", "similarity", "compared", "contrast", "against", "comparing", "in common", "different", "side by side", "share", "shared", "shares",
    ];

    private static readonly string[] More = ["more", "fewer", "less", "most", "larger", "bigger", "larger number of", "greater number of", "smaller number of"];
    private static readonly string[] Joining = ["between", "and", "or", "to", "from", "than", "both", "with", "who", "how", "use", "uses", "using", "used", "separate", "that", "one", "another", "each", "other", "many", "employ", "does", "either", "terms", "by", "usage", "two", "groups'", "whose", "set", "sets", "know", "knows", "mitigate", "mitigates", "address", "addresses", "cover", "covers", "leverage", "their", "do", "respectively"];

    public static IEnumerable<string> Words => Path.Concat(Compare).Concat(More).Concat(Joining);

    public static void Read(Sentence s, Action<Plan, int, int> add)
    {
        var gist = new Gist(s);
        if (gist.Names is not [var one, var other])
        {
            return;
        }

        var (isPath, isCompare, isMore, isBoth) = (false, false, false, false);
        var kinds = new List<ObjectKind>();
        var complete = gist.Walk(at =>
        {
            isBoth |= s[at].Word is "both" or "or" or "than";
            foreach (var (words, note) in new (string[], Action)[] { (Path, () => isPath = true), (Compare, () => isCompare = true), (More, () => isMore = true), (Joining, () => { }) })
            {
                if (s.After(at, words) is >= 0 and var next)
                {
                    note();
                    return next;
                }
            }

            if (s.PhrasesAt(at).Select(p => Kinds.TryGet(p.Phrase, out var kind) ? (Kind: kind, p.Next) : (Kind: default, Next: -1)).FirstOrDefault(k => k.Next >= 0) is { Next: > 0 } noun)
            {
                kinds.Add(noun.Kind);
                return noun.Next;
            }

            return Gist.Asking.Contains(s[at].Word) ? at + 1 : -1;
        });
        if (!complete || (isMore && !isBoth))
        {
            return;
        }

        foreach (var first in one.Candidates)
        {
            foreach (var second in other.Candidates)
            {
                if (first.Entity == second.Entity)
                {
                    continue;
                }

                var score = (one.Length * 10) + (int)first.Match + (other.Length * 10) + (int)second.Match - (first.Entity.Retired ? 5 : 0) - (second.Entity.Retired ? 5 : 0);
                if (isPath && !isCompare && !isMore && kinds.Count == 0)
                {
                    add(new PathPlan(first.Entity, second.Entity), s.Count, score);
                }

                // What the two are may be said besides what is compared: "which group uses more techniques, A or B".
                List<ObjectKind> wanted = [.. kinds.Distinct().Where(k => !(Kinds.Overlap(k, first.Entity.Kind) && kinds.Count > 1))];
                if ((isCompare || isMore) && !isPath && wanted.Count <= 1 && (first.Entity.Kind == second.Entity.Kind || (IsSoftware(first.Entity.Kind) && IsSoftware(second.Entity.Kind))))
                {
                    var kind = wanted.Count == 1 ? wanted[0] : isMore ? ObjectKind.Object : first.Entity.Kind is ObjectKind.Technique or ObjectKind.SubTechnique ? ObjectKind.Group : ObjectKind.Technique;
                    if (kind != ObjectKind.Object && Relations.Between(kind, first.Entity.Kind) is not null && Relations.Between(kind, second.Entity.Kind) is not null)
                    {
                        add(new ComparePlan(first.Entity, second.Entity, kind), s.Count, score);
                    }
                }
            }
        }
    }

    private static bool IsSoftware(ObjectKind kind) => kind is ObjectKind.Malware or ObjectKind.Tool;
}
