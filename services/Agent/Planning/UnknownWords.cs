using System.Collections.Frozen;

namespace Platform.Agent.Planning;

/// <summary>Which words of a message the planner cannot place: neither grammar nor part of a name.</summary>
internal static class UnknownWords
{
    /// <summary>Every word that some rule of the grammar knows.</summary>
    public static readonly FrozenSet<string> Known = Vocabulary().ToFrozenSet();

    public static List<string> Find(IReadOnlyList<Token> tokens, IReadOnlyList<Mention> mentions)
    {
        var covered = new bool[tokens.Count];
        foreach (var mention in mentions)
        {
            covered.AsSpan(mention.Start, mention.Length).Fill(true);
        }

        var unknown = new List<string>();
        for (var i = 0; i < tokens.Count; i++)
        {
            if (!covered[i] && (tokens[i].Quoted || !(Known.Contains(tokens[i].Word) || Lexicon.TryNumber(tokens[i].Word, out _))) && !unknown.Contains(tokens[i].Text))
            {
                unknown.Add(tokens[i].Text);
            }
        }

        return unknown;
    }

    private static HashSet<string> Vocabulary()
    {
        var words = new HashSet<string>(Lexicon.Fillers);
        string[][] classes =
        [
            Lexicon.Openings, Lexicon.Closings, Lexicon.Hedges, Lexicon.Count, Lexicon.List, Lexicon.Relatives, Lexicon.Be, Lexicon.Do, Lexicon.Not, Lexicon.DoNot, Lexicon.BeNot,
            Lexicon.By, Lexicon.Of, Lexicon.On, Lexicon.Most, Lexicon.Fewest, [.. Lexicon.Platforms.Keys], [.. Lexicon.Tactics.Keys], [.. Lexicon.Domains.Keys],
            ["both", "either", "and", "or", "but", "top", "common", "popular", "prevalent", "share", "path", "between", "connected", "related", "linked", "how", "describe", "about", "what", "who",
                "revoked", "deprecated", "including", "to", "with", "connects", "platform", "platforms", "tactic"],
        ];
        IEnumerable<string>[] readers =
        [
            Narrowings.Words, Quantities.Words, TimeRanges.Words, OrderQuestions.Words, BreakdownQuestions.Words, AttributeQuestions.Words, PairQuestions.Words, LooseQuestions.Words, FollowUps.Words, Gist.Asking, Lexicon.With, Lexicon.Without,
        ];
        foreach (var phrases in classes.Concat(readers))
        {
            foreach (var phrase in phrases)
            {
                words.UnionWith(phrase.Split(' '));
            }
        }

        foreach (var kind in Enum.GetValues<ObjectKind>())
        {
            foreach (var noun in Kinds.Info(kind).Nouns)
            {
                words.UnionWith(noun.Split(' '));
            }
        }

        foreach (var relation in Relations.All)
        {
            foreach (var form in relation.Active.Concat(relation.Passive).Concat(relation.Inverse))
            {
                words.UnionWith(form.Split(' '));
            }
        }

        return words;
    }
}
