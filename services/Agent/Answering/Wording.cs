using System.Globalization;
using System.Text;
using Platform.Agent.Planning;

namespace Platform.Agent.Answering;

/// <summary>Puts plans into words: what was understood, and by which conventions it is counted.</summary>
internal static class Wording
{
    public static string Plan(Plan plan) => plan switch
    {
        CountPlan count => $"How many {Set(count.Set)}?",
        ListPlan list => $"Which {Set(list.Set)}?",
        ExistsPlan exists => $"Are there {Set(exists.Set)}?",
        TopPlan top => $"The {Number(top.Limit)} {Set(top.Set)} with the {(top.Ascending ? "fewest" : "most")} {Counted(top)}",
        PathPlan path => $"The path between {Entity(path.From)} and {Entity(path.To)}",
        NeighborsPlan neighbors => $"What is connected to {Entity(neighbors.Entity)}?",
        DescribePlan describe => $"What is {Entity(describe.Entity)}? ({Kinds.Info(describe.Entity.Kind).One})",
        LookupPlan lookup => $"Are {string.Join(", ", lookup.Values.Select(Shown.Name))} known indicators?",
        SearchPlan search => $"Which indicators match “{Shown.Name(search.Text)}”?",
        _ => "",
    };

    /// <summary>A set in the plural: "techniques used by APT28 and not used by APT29, on Windows".</summary>
    public static string Set(ObjectSet set)
    {
        if (set.IsNamed)
        {
            return Names(set);
        }

        var text = new StringBuilder();
        foreach (var filter in set.Filters)
        {
            if (filter.Field is FilterField.Revoked or FilterField.Deprecated)
            {
                text.Append(filter.Field == FilterField.Revoked ? "revoked " : "deprecated ");
            }
        }

        text.Append(set.Entities.Count > 0 ? Names(set) : Kinds.Info(set.Kind).Many);
        foreach (var filter in set.Filters)
        {
            text.Append(Suffix(filter));
        }

        for (var i = 0; i < set.Links.Count; i++)
        {
            text.Append(i == 0 ? " " : " and ").Append(Link(set.Links[i]));
        }

        return text.ToString();
    }

    public static string Link(Link link)
    {
        var relation = Relations.Info(link.Relation);
        var other = link.Other.IsNamed ? Names(link.Other) : (link.Negated ? "any " : "") + Set(link.Other);
        return link switch
        {
            { Outgoing: true, Negated: true } => relation.SaysMany.StartsWith("are ", StringComparison.Ordinal)
                ? $"that are not {relation.SaysMany[4..]} {other}"
                : $"that do not {relation.SaysMany} {other}",
            { Outgoing: true } => $"that {relation.SaysMany} {other}",
            { Negated: true } => $"not {relation.SaysPassive} {other}",
            _ => $"{relation.SaysPassive} {other}",
        };
    }

    /// <summary>What a ranking counts: "groups that use them", "techniques they use".</summary>
    public static string Counted(TopPlan plan)
    {
        var relation = Relations.Info(plan.By.Relation);
        var other = plan.By.Other.IsNamed ? "objects" : Set(plan.By.Other);
        return plan.By.Outgoing ? $"{other} they {relation.SaysMany}" : $"{other} that {relation.SaysMany} them";
    }

    public static string Entity(EntityRef entity) =>
        Shown.Name(entity.Name) + (entity.ExternalId is { } id && !id.Equals(entity.Name, StringComparison.OrdinalIgnoreCase) ? $" ({Shown.Name(id)})" : "");

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>The conventions that matter for a plan; each figure says how it was counted.</summary>
    public static string Conventions(params ReadOnlySpan<ObjectSet> sets)
    {
        var facts = new Facts();
        foreach (var set in sets)
        {
            facts.Add(set);
        }

        var parts = new List<string> { facts.Retired ? "revoked and deprecated objects count where the question asks for them" : "revoked and deprecated objects do not count" };
        if (facts.Techniques)
        {
            parts.Add("sub-techniques are techniques");
        }

        if (facts.Uses)
        {
            parts.Add("“uses” is a direct relationship");
        }

        return "Convention: " + string.Join("; ", parts) + ".";
    }

    private static string Names(ObjectSet set) => string.Join(" or ", set.Entities.Select(Entity));

    private static string Suffix(Filter filter) => filter.Field switch
    {
        FilterField.Platform => $" for {filter.Value}",
        FilterField.Tactic => $" of the tactic {filter.Value}",
        FilterField.Domain => filter.Value == "*" ? " of ATT&CK" : $" of the domain {filter.Value}",
        _ => "",
    };

    private sealed class Facts
    {
        public bool Retired { get; private set; }

        public bool Techniques { get; private set; }

        public bool Uses { get; private set; }

        public void Add(ObjectSet set)
        {
            Retired |= set.IncludeRetired;
            Techniques |= set.Kind == ObjectKind.Technique && set.Entities.Count == 0;
            foreach (var link in set.Links)
            {
                Uses |= link.Relation == RelationKind.Uses;
                Add(link.Other);
            }
        }
    }
}
