using System.Text.Json.Serialization;

namespace Platform.Agent.Planning;

/// <summary>
/// A set of graph objects: of a kind, or the named ones, narrowed by links to other sets and by filters. Sets nest, so
/// a chain such as "techniques used by groups that use Mimikatz" is one set.
/// </summary>
/// <param name="Kind">What the objects are.</param>
/// <param name="Entities">The objects themselves, any of them, where the question names them.</param>
/// <param name="Links">Every link must hold.</param>
/// <param name="Filters">Every filter must hold.</param>
/// <param name="IncludeRetired">Whether revoked and deprecated objects count.</param>
internal sealed record ObjectSet(
    ObjectKind Kind,
    IReadOnlyList<EntityRef> Entities,
    IReadOnlyList<Link> Links,
    IReadOnlyList<Filter> Filters,
    bool IncludeRetired = false)
{
    public static ObjectSet Of(ObjectKind kind) => new(kind, [], [], []);

    public static ObjectSet Of(EntityRef entity) => new(entity.Kind, [entity], [], []);

    public static ObjectSet Of(ObjectKind kind, IReadOnlyList<EntityRef> entities) => new(kind, entities, [], []);

    public ObjectSet With(Link link) => this with { Links = [.. Links, link] };

    public ObjectSet With(Filter filter) => this with { Filters = [.. Filters, filter] };

    /// <summary>Whether the set is just the objects that the question names.</summary>
    [JsonIgnore]
    public bool IsNamed => Entities.Count > 0 && Links.Count == 0 && Filters.Count == 0;

    public bool Equals(ObjectSet? other) =>
        other is not null && Kind == other.Kind && IncludeRetired == other.IncludeRetired
        && Entities.SequenceEqual(other.Entities) && Links.SequenceEqual(other.Links) && Filters.SequenceEqual(other.Filters);

    public override int GetHashCode() => HashCode.Combine(Kind, Entities.Count, Links.Count, Filters.Count, IncludeRetired);
}

/// <summary>A direct relationship between the objects of a set and those of another.</summary>
/// <param name="Relation">The STIX relationship type.</param>
/// <param name="Outgoing">Whether it starts at the set's own objects.</param>
/// <param name="Other">What is at the far end.</param>
/// <param name="Negated">True where there must be none.</param>
/// <param name="AtLeast">How many there must be at least, where the question says so; otherwise one will do.</param>
/// <param name="AtMost">How many there may be at most, where the question says so.</param>
internal sealed record Link(RelationKind Relation, bool Outgoing, ObjectSet Other, bool Negated = false, int? AtLeast = null, int? AtMost = null)
{
    /// <summary>Whether the link says how many there must be.</summary>
    [JsonIgnore]
    public bool IsCounted => AtLeast is not null || AtMost is not null;
}

/// <summary>A condition on a property that the graph holds for the kind.</summary>
/// <param name="Field">The property.</param>
/// <param name="Value">What it must be; for a time, from when on, or empty; several values, any of them, with <c>|</c> between.</param>
/// <param name="Op">How the property and the value must meet.</param>
/// <param name="Until">For a time, before when; null for no end.</param>
internal sealed record Filter(FilterField Field, string Value, FilterOp Op = FilterOp.Is, string? Until = null)
{
    /// <summary>What stands between values of which any will do.</summary>
    public const char Or = '|';
}

/// <summary>How a property and a value must meet.</summary>
internal enum FilterOp
{
    /// <summary>The property is the value, or one of its values is.</summary>
    Is,

    /// <summary>It is not, and none is.</summary>
    Not,

    /// <summary>The value is the only one.</summary>
    Only,

    /// <summary>A time within [Value, Until).</summary>
    Within,

    /// <summary>The text holds the value, in any case.</summary>
    Contains,

    /// <summary>The text begins with the value, in any case.</summary>
    StartsWith,
}

/// <summary>The properties that questions may filter by.</summary>
internal enum FilterField
{
    /// <summary>An operating system or environment (<c>x_mitre_platforms</c>).</summary>
    Platform,

    /// <summary>A tactic by its short name (<c>phases</c>).</summary>
    Tactic,

    /// <summary>An ATT&amp;CK domain (<c>x_mitre_domains</c>); <c>*</c> for any.</summary>
    Domain,

    /// <summary>Only what is revoked.</summary>
    Revoked,

    /// <summary>Only what is deprecated.</summary>
    Deprecated,

    /// <summary>What kind a named object is, as an <see cref="ObjectKind"/>.</summary>
    Kind,

    /// <summary>Whether a technique is a sub-technique: <c>true</c> or <c>false</c>.</summary>
    SubTechnique,

    /// <summary>When the source made the object.</summary>
    Created,

    /// <summary>When the source changed it last.</summary>
    Modified,

    /// <summary>When a campaign began.</summary>
    FirstSeen,

    /// <summary>When a campaign ended.</summary>
    LastSeen,

    /// <summary>When a campaign went on: it began before the end of the time and ended after its start.</summary>
    Active,

    /// <summary>The name.</summary>
    Name,

    /// <summary>The text that describes it.</summary>
    Description,

    /// <summary>Any of its other names.</summary>
    Alias,
}

/// <summary>An object of the data that a question names.</summary>
/// <param name="Id">Its STIX id.</param>
/// <param name="Name">Its name in the data: shown, never interpreted.</param>
/// <param name="Kind">What it is.</param>
/// <param name="ExternalId">Its number at its source, such as G0007.</param>
/// <param name="Retired">Whether it is revoked or deprecated.</param>
internal sealed record EntityRef(string Id, string Name, ObjectKind Kind, string? ExternalId = null, bool Retired = false);
