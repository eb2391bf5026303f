using System.Collections.Frozen;

namespace Platform.Agent.Planning;

/// <summary>
/// Reads what the grammar proper could not, where no order of words could change the meaning: one kind, one name at most
/// that only one relationship joins to it, and filters. A word that could turn the meaning round ends the attempt.
/// </summary>
internal static class LooseQuestions
{
    private static readonly FrozenSet<string> Ignored = new[]
    {
        "use", "uses", "used", "using", "employ", "employs", "employed", "leverage", "leverages", "leveraged", "associated", "related", "linked", "repertoire", "playbook", "inventory", "collection of", "exist", "exists", "contain", "contains", "contained",
        "include", "includes", "included", "covered", "cover", "covers", "fall", "falls", "belong", "belongs", "belonging", "available", "different", "distinct", "unique", "various", "altogether", "overall", "distinctly", "entries", "entry", "figure", "amount", "curious", "wondering", "wonder", "report", "exactly",
        "observed", "seen", "reported", "mapped", "attributed", "who", "where", "when it comes to", "regarding", "concerning", "respect", "terms", "case", "run", "runs", "running", "work", "works", "platform", "platforms", "tactic", "operate", "operates", "attackers", "adversaries", "actors",
        "into", "within", "part", "make", "up", "makes", "bundle", "dataset", "knowledge", "base", "specifically", "technique's", "apply", "applies", "applicable", "target", "targets", "targeting", "considered", "classified", "categorized", "categorised", "aimed", "relevant", "purpose", "purposes", "goal",
        "go", "goes", "through", "am", "got", "gets", "much", "possess", "deploy", "deploys", "utilize", "utilizes", "utilise", "utilises", "offer", "offers", "defined", "specified", "known", "whole", "out",
        "if", "whether", "both", "mind", "telling", "helpful", "full", "complete", "entire", "details", "info", "information", "them", "those", "each", "called", "named", "quickly", "now", "right", "today", "here", "one", "ones", "set", "behind", "address", "addresses", "mitigate", "mitigates", "detect", "detects",
        "hosts", "machines", "systems", "devices", "environments", "system", "phase", "stage", "apt", "hackers", "responsible", "conduct", "conducted", "carried", "attribution", "attribute", "wield", "wields", "rely", "relies", "perform", "performs", "counter", "counters", "prevent", "prevents", "help", "helps", "against", "protect", "defend",
    }.Except(["one", "today", "both", "each", "behind", "out", "collection of", "when it comes to"]).ToFrozenSet();

    /// <summary>Verbs that name the relationship: they must agree with the one that the kinds imply.</summary>
    private static readonly (string Start, RelationKind Relation)[] Committing =
    [
        ("mitigat", RelationKind.Mitigates), ("counter", RelationKind.Mitigates), ("prevent", RelationKind.Mitigates), ("protect", RelationKind.Mitigates), ("defend", RelationKind.Mitigates), ("address", RelationKind.Mitigates), ("detect", RelationKind.Detects),
        ("attribut", RelationKind.AttributedTo), ("conduct", RelationKind.AttributedTo), ("responsible", RelationKind.AttributedTo),
        ("belong", RelationKind.SubtechniqueOf),
    ];

    public static IEnumerable<string> Words => Ignored;

    public static void Read(Sentence s, Action<Plan, int, int> add)
    {
        var gist = new Gist(s);
        if (gist.Names.Count > 1)
        {
            return;
        }

        var count = false;
        var asks = false;
        var kinds = new List<ObjectKind>();
        var filters = new List<Filter>();
        var relations = new List<RelationKind>();
        var complete = gist.Walk(at =>
        {
            if (s.After(at, Lexicon.Count) is >= 0 and var counted)
            {
                count = true;
                return counted;
            }

            foreach (var (phrase, next) in s.PhrasesAt(at))
            {
                if (Kinds.TryGet(phrase, out var kind))
                {
                    kinds.Add(kind);
                    return next;
                }

                if (Filters.Value(phrase) is { } filter)
                {
                    filters.Add(filter);
                    return next;
                }
            }

            var word = s[at].Word;
            asks |= word is "which" or "what" or "list" or "show" or "give" or "name" or "tell" or "find" or "get" or "who" or "display" or "provide" or "looking";
            foreach (var (start, relation) in Committing)
            {
                if (word.StartsWith(start, StringComparison.Ordinal))
                {
                    relations.Add(relation);
                }
            }

            return Ignored.Contains(word) || (Gist.Asking.Contains(word) && word is not ("how" or "many" or "each")) ? at + 1 : -1;
        });
        if (!complete || kinds.Distinct().Count() != 1 || !(count || asks) || filters.Select(f => f.Field).Distinct().Count() != filters.Count)
        {
            return;
        }

        var set = ObjectSet.Of(kinds[0]) with { Filters = filters };
        if (!filters.TrueForAll(f => Filters.Fits(f.Field, set.Kind)))
        {
            return;
        }

        if (gist.Names is not [var name])
        {
            if (filters.Count > 0 && relations.Count == 0)
            {
                Add(set, 0);
            }

            return;
        }

        foreach (var candidate in name.Candidates)
        {
            if (Relations.Between(set.Kind, candidate.Entity.Kind) is { } found && relations.TrueForAll(r => r == found.Relation.Kind) && Agrees(s, name, found.Outgoing))
            {
                Add(set.With(new Link(found.Relation.Kind, found.Outgoing, ObjectSet.Of(candidate.Entity))), (name.Length * 10) + (int)candidate.Match - (candidate.Entity.Retired ? 5 : 0));
            }
        }

        // What stands right beside the name says who does it to whom.
        static bool Agrees(Sentence s, Mention name, bool outgoing)
        {
            var before = name.Start - 1;
            if (before >= 0 && s[before].Word is "called" or "named" or "as" or "aka")
            {
                // "Which malware is called X" asks for X itself, and not for the malware of X.
                return false;
            }

            while (before > 0 && Lexicon.Fillers.Contains(s[before].Word))
            {
                before--;
            }

            return (before < 0 || !(s[before].Word == "by" && outgoing) && !(IsDoing(s[before].Word) && !outgoing))
                && (name.Next >= s.Count || !(IsDoing(s[name.Next].Word) && outgoing));
        }

        static bool IsDoing(string word) => Relations.Active(word) is [{ Kind: RelationKind.Uses or RelationKind.Mitigates or RelationKind.Detects }, ..];

        void Add(ObjectSet found, int score) => add(count ? new CountPlan(found) : new ListPlan(found, Questions.ListLimit), s.Count, score);
    }
}
