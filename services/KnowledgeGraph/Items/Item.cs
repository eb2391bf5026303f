using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.Contracts.KnowledgeGraph;

namespace Platform.KnowledgeGraph.Items;

/// <summary>An item of a tenant's catalogue, or a threat object seen as one.</summary>
/// <param name="Id">The tenant's own id, or the STIX id.</param>
/// <param name="Type">What it is, such as <c>article</c> or <c>indicator</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Description">More about it.</param>
/// <param name="Tags">Words that it is found under.</param>
/// <param name="Attributes">Texts, numbers and booleans.</param>
/// <param name="CreatedAt">When it was first uploaded.</param>
/// <param name="UpdatedAt">When it was last uploaded.</param>
/// <param name="Version">How often it was uploaded.</param>
internal sealed record Item(
    string Id,
    string Type,
    string? Name,
    string? Description,
    IReadOnlyList<string> Tags,
    IReadOnlyDictionary<string, JsonElement> Attributes,
    DateTimeOffset? CreatedAt = null,
    DateTimeOffset? UpdatedAt = null,
    long? Version = null)
{
    public CatalogueItem ToEvent() => new(Id, Type, Name, Description, Tags, Attributes);
}

/// <summary>What an id of an item must be, and whose it is.</summary>
internal static partial class ItemIds
{
    public const int MaxLength = 256;

    public static bool IsValid(string? id) => id is { Length: > 0 and <= MaxLength } && !id.AsSpan().ContainsAnyInRange('\0', '\x1f');

    /// <summary>Ids of this form (STIX 2.1, section 2.9) are those of nodes of the graph: no upload can stand in for one.</summary>
    public static bool IsThreatObject(string id) => StixId().IsMatch(id);

    [GeneratedRegex("^[a-z0-9-]{1,60}--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", RegexOptions.CultureInvariant)]
    private static partial Regex StixId();
}
