using System.Text.Json.Serialization;
using Platform.ServiceDefaults;

namespace Platform.Agent.Planning;

/// <summary>
/// What a question means, independent of any query language. Planners emit plans and nothing else; tools compile them,
/// with every value bound as a parameter.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CountPlan), "graph_count")]
[JsonDerivedType(typeof(ListPlan), "graph_list")]
[JsonDerivedType(typeof(ExistsPlan), "graph_exists")]
[JsonDerivedType(typeof(TopPlan), "top_n")]
[JsonDerivedType(typeof(PathPlan), "path")]
[JsonDerivedType(typeof(NeighborsPlan), "neighbors")]
[JsonDerivedType(typeof(DescribePlan), "describe")]
[JsonDerivedType(typeof(LookupPlan), "lookup")]
[JsonDerivedType(typeof(SearchPlan), "search")]
[JsonDerivedType(typeof(BreakdownPlan), "breakdown")]
[JsonDerivedType(typeof(AttributePlan), "attribute")]
[JsonDerivedType(typeof(ComparePlan), "compare")]
[JsonDerivedType(typeof(AggregatePlan), "aggregate")]
internal abstract record Plan;

/// <summary>How many objects a set holds.</summary>
internal sealed record CountPlan(ObjectSet Set) : Plan;

/// <summary>Which objects a set holds, by name or by a time.</summary>
internal sealed record ListPlan(ObjectSet Set, int Limit, TimeOrder? Order = null) : Plan;

/// <summary>An order by time.</summary>
/// <param name="Field">One of the times of <see cref="FilterField"/>.</param>
/// <param name="Descending">True for the latest first.</param>
internal sealed record TimeOrder(FilterField Field, bool Descending);

/// <summary>Whether a set holds anything: yes or no.</summary>
internal sealed record ExistsPlan(ObjectSet Set) : Plan;

/// <summary>The objects of a set ranked by how many others each one is linked to.</summary>
/// <param name="Set">What is ranked.</param>
/// <param name="By">The link that is counted; its far end says which objects count.</param>
/// <param name="Limit">How many ranks.</param>
/// <param name="Ascending">True for the fewest.</param>
internal sealed record TopPlan(ObjectSet Set, Link By, int Limit, bool Ascending = false) : Plan;

/// <summary>The shortest connection of two objects, relationships taken in either direction.</summary>
internal sealed record PathPlan(EntityRef From, EntityRef To) : Plan;

/// <summary>What stands around one object.</summary>
internal sealed record NeighborsPlan(EntityRef Entity, int Limit) : Plan;

/// <summary>What is known of one object.</summary>
internal sealed record DescribePlan(EntityRef Entity) : Plan;

/// <summary>Whether observables are known indicators.</summary>
internal sealed record LookupPlan(IReadOnlyList<string> Values) : Plan;

/// <summary>Indicators that match a text.</summary>
internal sealed record SearchPlan(string Text, int Limit) : Plan;

/// <summary>How many objects of a set there are for each value of a property.</summary>
/// <param name="Set">What is counted.</param>
/// <param name="By">The property.</param>
/// <param name="Limit">How many values; 0 for all.</param>
/// <param name="Ascending">True for the fewest first.</param>
internal sealed record BreakdownPlan(ObjectSet Set, BreakdownField By, int Limit = 0, bool Ascending = false) : Plan;

/// <summary>What a set can be split by.</summary>
internal enum BreakdownField
{
    Tactic,
    Platform,
    Domain,
    CreatedYear,
    ModifiedYear,
    FirstSeenYear,
    LastSeenYear,
    CreatedMonth,
    ModifiedMonth,
}

/// <summary>One fact of one object.</summary>
internal sealed record AttributePlan(EntityRef Entity, ObjectAttribute Attribute) : Plan;

/// <summary>The facts that can be asked for by themselves.</summary>
internal enum ObjectAttribute
{
    Aliases,
    Platforms,
    Tactics,
    Created,
    Modified,
    FirstSeen,
    LastSeen,
    ExternalId,
    Url,
    Kind,
    Domains,
    Version,
    Contributors,
}

/// <summary>Measures over the semantic layer: by dimensions, filtered, over time.</summary>
/// <param name="Query">The plan, in the models' own names.</param>
/// <param name="Ranks">How many of the first rows are meant, those that tie with the last of them too; null for all.</param>
internal sealed record AggregatePlan(SemanticPlan Query, int? Ranks = null) : Plan;

/// <summary>What two objects have in common and what each has alone, among the objects of one kind.</summary>
internal sealed record ComparePlan(EntityRef First, EntityRef Second, ObjectKind Counted) : Plan;
