using System.Globalization;
using System.Text.Json;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;

namespace Platform.KnowledgeGraph.Projection;

/// <summary>One message in the projection's terms.</summary>
/// <param name="MessageId">It is applied once.</param>
/// <param name="OccurredAt">When ThreatIntel made the change; null for what users add here.</param>
/// <param name="Changes">What it says.</param>
/// <param name="IsToldAgain">True for what a rebuild repeats: the graphs may hold it, whatever the ledger knows.</param>
internal sealed record Incoming(Guid MessageId, DateTimeOffset? OccurredAt, IReadOnlyList<Change> Changes, bool IsToldAgain = false);

/// <summary>What a message says about one id.</summary>
internal abstract record Change(string Id, long Revision);

/// <summary>A node is like this from one level up to another.</summary>
internal sealed record NodeChange(string Id, long Revision, string Label, TlpLevel From, TlpLevel? Until, IReadOnlyDictionary<string, object?> Properties)
    : Change(Id, Revision);

/// <summary>A relationship is like this from one level up to another.</summary>
internal sealed record EdgeChange(
    string Id, long Revision, EdgeEnds Ends, TlpLevel From, TlpLevel? Until, IReadOnlyDictionary<string, object?> Properties)
    : Change(Id, Revision);

/// <summary>An object or relationship is gone, at all levels or below one.</summary>
internal sealed record RemovalChange(string Id, long Revision, bool IsEdge, TlpLevel? Below)
    : Change(Id, Revision);

/// <summary>Where a relationship is.</summary>
internal sealed record EdgeEnds(string Source, string Type, string Target);

/// <summary>Makes changes of events.</summary>
internal static class ChangeMapping
{
    public static Change ToChange(this ThreatObject item)
    {
        var properties = GraphProperties.From(item.Properties);
        properties["id"] = item.Id;
        properties["type"] = item.Type;
        properties["tlp"] = item.Tlp.ToWire();
        if (item.Name is not null)
        {
            properties["name"] = GraphProperties.Text(item.Name);
        }

        Flags(properties, item.Revoked, item.Deprecated);
        GraphProperties.AddSearchTerms(properties);
        return new NodeChange(item.Id, item.Version.Revision, Vocabulary.LabelOf(item.Type), item.Tlp, item.ShadowedFrom, properties);
    }

    public static Change ToChange(this Relationship item)
    {
        var properties = GraphProperties.From(item.Properties);
        properties["id"] = item.Id;
        properties["relationship_type"] = item.RelationshipType;
        properties["tlp"] = item.Tlp.ToWire();
        Flags(properties, item.Revoked, item.Deprecated);
        var ends = new EdgeEnds(item.SourceRef, Vocabulary.TypeOf(item.RelationshipType), item.TargetRef);
        return new EdgeChange(item.Id, item.Version.Revision, ends, item.Tlp, item.ShadowedFrom, properties);
    }

    public static Change ToChange(this RemovedObject item) =>
        new RemovalChange(item.Id, item.Revision, item.Type is "relationship" or "sighting", item.GoneBelow);

    private static void Flags(Dictionary<string, object?> properties, bool revoked, bool deprecated)
    {
        properties["revoked"] = revoked;
        properties["deprecated"] = deprecated;
    }
}

/// <summary>What of an object's properties the graph can hold.</summary>
internal static class GraphProperties
{
    private const int MaxProperties = 200;
    private const int MaxItems = 1000;

    /// <summary>The properties that searching by text looks into besides name and description.</summary>
    private static readonly string[] Terms = ["aliases", "x_mitre_aliases", "external_id", "value"];

    /// <summary>
    /// Scalars and flat lists. A key or number that the store cannot hold is left out: a strange custom property must not
    /// keep its object, and the message it came in, from the graph.
    /// </summary>
    public static Dictionary<string, object?> From(IReadOnlyDictionary<string, JsonElement> source)
    {
        var properties = new Dictionary<string, object?>(source.Count + 8);
        foreach (var (key, value) in source)
        {
            if (properties.Count < MaxProperties && IsKey(key) && Value(value) is { } kept)
            {
                properties[key] = kept;
            }
        }

        return properties;
    }

    /// <summary>A text without U+0000.</summary>
    public static string Text(string text) => text.Contains('\0', StringComparison.Ordinal) ? text.Replace("\0", "", StringComparison.Ordinal) : text;

    /// <summary>Joins what an object is also known by into one text, since the full-text index takes no lists.</summary>
    public static void AddSearchTerms(Dictionary<string, object?> properties)
    {
        var terms = new List<string>();
        foreach (var key in Terms)
        {
            if (properties.TryGetValue(key, out var value))
            {
                foreach (var item in value as IReadOnlyList<object?> ?? [value])
                {
                    if (item is string text)
                    {
                        terms.Add(text);
                    }
                }
            }
        }

        if (terms.Count > 0)
        {
            properties["search_terms"] = string.Join(" | ", terms);
        }
    }

    private static bool IsKey(string key) => key.Length is > 0 and <= 250 && key.AsSpan().IndexOfAny('`', '\0') < 0;

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => List(value),
        _ => Scalar(value),
    };

    private static object? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Text(value.GetString()!),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when value.TryGetInt64(out var integer) => integer,
        JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        _ => null,
    };

    private static object?[]? List(JsonElement value)
    {
        var items = new List<object?>();
        foreach (var item in value.EnumerateArray())
        {
            if (items.Count < MaxItems && Scalar(item) is { } kept)
            {
                items.Add(kept);
            }
        }

        return items.Count == 0 ? null : OfOneType(items);
    }

    /// <summary>
    /// A list whose items differ in type, which Neo4j does not store: numbers become decimal ones, anything else becomes text.
    /// </summary>
    private static object?[] OfOneType(List<object?> items)
    {
        if (items.TrueForAll(i => i!.GetType() == items[0]!.GetType()))
        {
            return [.. items];
        }

        return items.TrueForAll(i => i is long or double)
            ? [.. items.Select(i => (object?)Convert.ToDouble(i, CultureInfo.InvariantCulture))]
            : [.. items.Select(i => (object?)(i is bool truth ? (truth ? "true" : "false") : Convert.ToString(i, CultureInfo.InvariantCulture)))];
    }
}
