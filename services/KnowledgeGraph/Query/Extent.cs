using System.Text.Json;

namespace Platform.KnowledgeGraph.Query;

/// <summary>
/// How large a value can be at most. A cell is a number, an entity or a character; of what is stored, nobody knows more than what is usual.
/// </summary>
/// <param name="Items">Items, should it be a list.</param>
/// <param name="Each">Cells of the largest of them.</param>
/// <param name="Cells">Cells of all of it.</param>
/// <param name="IsList">Certainly a list.</param>
internal readonly record struct Extent(double Items, double Each, double Cells, bool IsList = false)
{
    /// <summary>A number, a boolean, a node.</summary>
    public static readonly Extent One = new(1, 1, 1);

    /// <summary>A property: a text, or a list of some short ones.</summary>
    public static readonly Extent Stored = new(50, 5, 250);

    /// <summary>A parameter that is not known yet.</summary>
    public static readonly Extent Unknown = Whole(10_000);

    /// <summary>The most that a collection is taken to hold; it has as many items as the graph has rows.</summary>
    private const double Collected = 10_000;

    /// <summary>The memory of one query, which the server looks at while it collects, in cells.</summary>
    private const double CollectedCells = 3e7;

    /// <summary>What an item of it can be, where it is taken apart by a loop, which only lists can be.</summary>
    public Extent Looped => Whole(Each);

    /// <summary>What an item of it can be, where what is no list counts as an item itself.</summary>
    public Extent Unwound => Whole(IsList ? Each : Cells);

    /// <summary>A text, a map, or whatever has so many cells.</summary>
    public static Extent Whole(double cells) => new(cells, cells, cells);

    public static Extent List(double items, double each) => new(items, each, items * each, IsList: true);

    /// <summary>What <c>collect</c> makes of a value.</summary>
    public static Extent CollectionOf(Extent value) => new(Collected, value.Cells, Math.Min(Collected * value.Cells, CollectedCells), IsList: true);

    /// <summary>Texts or lists, one behind the other; or an item added to a list.</summary>
    public static Extent operator +(Extent a, Extent b) => a.IsList || b.IsList
        ? new(a.Items + b.Items, Math.Max(a.Unwound.Each, b.Unwound.Each), a.Cells + b.Cells, IsList: true)
        : Whole(a.Cells + b.Cells);

    /// <summary>One of two.</summary>
    public static Extent operator |(Extent a, Extent b) =>
        new(Math.Max(a.Items, b.Items), Math.Max(a.Each, b.Each), Math.Max(a.Cells, b.Cells), a.IsList && b.IsList);

    /// <summary>Items of a list that is written out.</summary>
    public static Extent ListOf(IReadOnlyList<Extent> items) =>
        new(items.Count, items.Count == 0 ? 0 : items.Max(i => i.Cells), items.Sum(i => i.Cells), IsList: true);

    /// <summary>A parameter.</summary>
    public static Extent Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Whole(value.GetRawText().Length),
        JsonValueKind.Array => ListOf([.. value.EnumerateArray().Select(Of)]),
        JsonValueKind.Object => Whole(1 + value.EnumerateObject().Sum(p => p.Name.Length + Of(p.Value).Cells)),
        _ => One,
    };
}
