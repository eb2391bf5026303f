using System.Text.Json.Serialization;

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
internal abstract record Plan;

/// <summary>How many objects a set holds.</summary>
internal sealed record CountPlan(ObjectSet Set) : Plan;

/// <summary>Which objects a set holds, by name.</summary>
internal sealed record ListPlan(ObjectSet Set, int Limit) : Plan;

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
