using System.Text.Json;
using Platform.KnowledgeGraph.Items;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>What is remembered of an item to recommend it by; one that is only named by interactions has an id alone.</summary>
internal sealed class KnownItem(string id)
{
    private static readonly Dictionary<string, string> Nothing = [];

    public string Id { get; } = id;

    /// <summary>A node of the graph: whether it may be shown, the caller's graph says.</summary>
    public bool IsThreatObject { get; } = ItemIds.IsThreatObject(id);

    /// <summary>In the catalogue now.</summary>
    public bool IsListed { get; private set; }

    public string Type { get; private set; } = "";

    public string? Name { get; private set; }

    public IReadOnlyList<string> Tags { get; private set; } = [];

    public IReadOnlyDictionary<string, string> Attributes { get; private set; } = Nothing;

    /// <summary>What all users did with it, each time worth half after a month, in terms of <see cref="Popularity"/>.</summary>
    public double Popular { get; set; }

    public void Take(Item item)
    {
        IsListed = true;
        (Type, Name, Tags) = (item.Type, item.Name, item.Tags);
        Attributes = item.Attributes.ToDictionary(a => a.Key, a => TextOf(a.Value));
    }

    /// <summary>A scalar as text, by which filters compare.</summary>
    public static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}

/// <summary>Popularity that fades: half after 30 days. It is kept as of one fixed day, so that nothing need be counted anew.</summary>
internal static class Popularity
{
    private const double HalfLifeMs = 30d * 24 * 3600 * 1000;
    private static readonly long Day0 = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static double Of(double weight, long at) => weight * Math.Pow(2, (at - Day0) / HalfLifeMs);
}
