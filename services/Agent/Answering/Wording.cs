using System.Globalization;
using System.Text;
using Platform.Agent.Planning;
using Platform.ServiceDefaults;

namespace Platform.Agent.Answering;

/// <summary>Puts plans into words: what was understood, and by which conventions it is counted.</summary>
internal static class Wording
{
    public static string Plan(Plan plan) => plan switch
    {
        CountPlan count => $"How many {Set(count.Set)}?",
        ListPlan { Order: { } order } list => $"Which {Set(list.Set)}, {Ordered(order)}, at most {Number(list.Limit)}?",
        ListPlan list => $"Which {Set(list.Set)}?",
        ExistsPlan exists => $"Are there {Set(exists.Set)}?",
        TopPlan top => $"The {Number(top.Limit)} {Set(top.Set)} with the {(top.Ascending ? "fewest" : "most")} {Counted(top)}",
        PathPlan path => $"The path between {Entity(path.From)} and {Entity(path.To)}",
        NeighborsPlan neighbors => $"What is connected to {Entity(neighbors.Entity)}?",
        DescribePlan describe => $"What is {Entity(describe.Entity)}? ({Kinds.Info(describe.Entity.Kind).One})",
        LookupPlan lookup => $"Are {string.Join(", ", lookup.Values.Select(Shown.Name))} known indicators?",
        BreakdownPlan breakdown => $"{Set(breakdown.Set)} by {By(breakdown.By)}",
        AttributePlan attribute => $"The {Attribute(attribute.Attribute)} of {Entity(attribute.Entity)}",
        ComparePlan compare => $"{Kinds.Info(compare.Counted).Many} of {Entity(compare.First)} against those of {Entity(compare.Second)}",
        AggregatePlan aggregate => Aggregate(aggregate),
        SearchPlan search => $"Which indicators match “{Shown.Name(search.Text)}”?",
        _ => "",
    };

    /// <summary>Measures over the semantic layer: "indicators, count by severity, where type is domain-name".</summary>
    public static string Aggregate(AggregatePlan plan)
    {
        var query = plan.Query;
        var text = new StringBuilder(Words(query.Entity)).Append(", ").AppendJoin(" and ", (query.Measures ?? []).Select(Words));
        if (query.Time?.Granularity is { } granularity)
        {
            text.Append(" by ").Append(granularity).Append(" of ").Append(Words(query.Time.Field));
        }

        foreach (var dimension in query.Dimensions ?? [])
        {
            text.Append(" by ").Append(Words(dimension));
        }

        foreach (var filter in (query.Filters ?? []).Where(f => !IsState(f)))
        {
            text.Append(", ").Append(Words(filter.Field)).Append(filter.Op == "equals" ? " " : $" {Words(filter.Op)} ").AppendJoin(" or ", (filter.Values ?? []).Select(Shown.Name));
        }

        if (query.Time is { } time)
        {
            text.Append(time.From is null ? "" : $", {Words(time.Field)} from {time.From}").Append(time.To is null ? "" : $", {Words(time.Field)} before {time.To}");
        }

        return text.Append(plan.Ranks is { } ranks ? $", the first {Number(ranks)}" : "").ToString();
    }

    /// <summary>What counts and what does not, where a plan does not ask for it.</summary>
    public static string AggregateConventions(SemanticPlan query)
    {
        var without = (query.Filters ?? []).Where(IsState).Select(f => Words(f.Field)).ToList();
        return (without.Count == 0 ? "counted" : $"{string.Join(" and ", without)} ones do not count; counted") + " by the service that owns the data, as far as you may see it; times in UTC.";
    }

    private static bool IsState(SemanticFilter filter) => filter is { Field: "revoked" or "deprecated", Op: "equals", Values: ["false"] };

    private static string Words(string? name) => name?.Replace('_', ' ') ?? "";

    /// <summary>A set in the plural: "techniques used by APT28 and not used by APT29, on Windows".</summary>
    public static string Set(ObjectSet set)
    {
        if (set.IsNamed)
        {
            return Names(set);
        }

        var text = new StringBuilder();
        foreach (var filter in set.Filters.Distinct())
        {
            text.Append(filter.Field switch
            {
                FilterField.Revoked => "revoked ",
                FilterField.Deprecated => "deprecated ",
                FilterField.SubTechnique when filter.Value != "true" => "top-level ",
                _ => "",
            });
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
        var other = link.Other.IsNamed ? Names(link.Other) : (link.Negated ? "any " : "") + Bounds(link) + Set(link.Other);
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

        if (facts.Times)
        {
            parts.Add("dates are the source's own, in UTC");
        }

        return "Convention: " + string.Join("; ", parts) + ".";
    }

    private static string Names(ObjectSet set) => string.Join(" or ", set.Entities.Select(Entity));

    private static string Bounds(Link link) => (link.AtLeast, link.AtMost) switch
    {
        ({ } least, { } most) when least == most => $"exactly {Number(least)} ",
        ({ } least, { } most) => $"{Number(least)} to {Number(most)} ",
        ({ } least, null) => $"at least {Number(least)} ",
        (null, { } most) => $"at most {Number(most)} ",
        _ => "",
    };

    private static string Suffix(Filter filter)
    {
        var values = Shown.Line(filter.Value.Replace($"{Filter.Or}", " or ", StringComparison.Ordinal), 200);
        return filter.Field switch
        {
            FilterField.Platform => filter.Op switch { FilterOp.Not => $" not for {values}", FilterOp.Only => $" for {values} only", _ => $" for {values}" },
            FilterField.Tactic => filter.Op == FilterOp.Not ? $" outside the tactic {values}" : filter.Op == FilterOp.Only ? $" of the tactic {values} only" : $" of the tactic {values}",
            FilterField.Domain => filter.Value == "*" ? " of ATT&CK" : $" of the domain {values}",
            FilterField.Created => " created" + Range(filter),
            FilterField.Modified => " last modified" + Range(filter),
            FilterField.FirstSeen => " first seen" + Range(filter),
            FilterField.LastSeen => " last seen" + Range(filter),
            FilterField.Active => " active" + Range(filter),
            FilterField.Name when filter.Op == FilterOp.Not => $" other than {values}",
            FilterField.Name => filter.Op == FilterOp.StartsWith ? $" whose name begins with “{values}”" : $" with “{values}” in the name",
            FilterField.Description => $" with “{values}” in the description",
            FilterField.Alias => $" also known as {values}",
            FilterField.SubTechnique when filter.Value == "true" => " that are sub-techniques",
            FilterField.Kind => $" that are {Kinds.Info(Enum.Parse<ObjectKind>(filter.Value)).Many}",
            _ => "",
        };
    }

    /// <summary>A half-open range of times in words: "from 2023-01-01 on and before 2024-01-01", "in 2023".</summary>
    private static string Range(Filter filter) => (filter.Value, filter.Until) switch
    {
        ([_, _, _, _, '-', '0', '1', '-', '0', '1'], { } until) when until == $"{int.Parse(filter.Value[..4], CultureInfo.InvariantCulture) + 1}-01-01" => $" in {filter.Value[..4]}",
        ("", { } until) => $" before {until}",
        (var from, null) => $" from {from} on",
        (var from, { } until) => $" from {from} on and before {until}",
    };

    public static string Ordered(TimeOrder order) => $"{(order.Descending ? "latest" : "earliest")} {Time(order.Field)} first";

    public static string Time(FilterField field) => field switch
    {
        FilterField.Modified => "modified",
        FilterField.FirstSeen => "first seen",
        FilterField.LastSeen => "last seen",
        _ => "created",
    };

    public static string By(BreakdownField field) => field switch
    {
        BreakdownField.Tactic => "tactic",
        BreakdownField.Platform => "platform",
        BreakdownField.Domain => "domain",
        BreakdownField.ModifiedYear => "year of the last change",
        BreakdownField.FirstSeenYear => "year first seen",
        BreakdownField.LastSeenYear => "year last seen",
        BreakdownField.CreatedMonth => "month of creation",
        BreakdownField.ModifiedMonth => "month of the last change",
        _ => "year of creation",
    };

    public static string Attribute(ObjectAttribute attribute) => attribute switch
    {
        ObjectAttribute.Aliases => "other names",
        ObjectAttribute.Created => "date of creation",
        ObjectAttribute.Modified => "date of the last change",
        ObjectAttribute.FirstSeen => "first sighting",
        ObjectAttribute.LastSeen => "last sighting",
        ObjectAttribute.ExternalId => "id",
        ObjectAttribute.Url => "address at its source",
        _ => attribute.ToString().ToLowerInvariant(),
    };

    /// <summary>A tactic's short name as people write it: "Defense Evasion".</summary>
    public static string Tactic(string shortName) =>
        string.Join(' ', shortName.Split('-').Select(w => w is "and" or "of" ? w : w.Length == 0 ? w : char.ToUpperInvariant(w[0]) + w[1..]));

    private sealed class Facts
    {
        public bool Retired { get; private set; }

        public bool Techniques { get; private set; }

        public bool Uses { get; private set; }

        public bool Times { get; private set; }

        public void Add(ObjectSet set)
        {
            Retired |= set.IncludeRetired;
            Techniques |= set.Kind == ObjectKind.Technique && set.Entities.Count == 0;
            foreach (var link in set.Links)
            {
                Uses |= link.Relation == RelationKind.Uses;
                Add(link.Other);
            }

            foreach (var filter in set.Filters)
            {
                Times |= filter.Field is FilterField.Created or FilterField.Modified or FilterField.FirstSeen or FilterField.LastSeen or FilterField.Active;
            }
        }
    }
}
