using Platform.Contracts.KnowledgeGraph;

namespace Platform.Benchmarks.Recommend;

/// <summary>Users with tastes, and items of which few are taken up by very many.</summary>
internal static class Interactions
{
    public const int Users = 1_000;
    private const int Items = 1_700;
    private const int Tastes = 20;
    private static readonly DateTimeOffset Begin = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<string> ItemIds => Enumerable.Range(0, Items).Select(i => $"item-{i}");

    public static string UserOf(int user) => $"user-{user}";

    public static string TasteOf(string itemId) => $"taste-{int.Parse(itemId.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture) % Tastes}";

    /// <summary>The first so many: two thirds by taste, one third of what is popular; in the order of their times.</summary>
    public static List<TrackedInteraction> Of(int count)
    {
        var random = new Random(20260101);
        var interactions = new List<TrackedInteraction>(count);
        for (var i = 0; i < count; i++)
        {
            var user = random.Next(Users);
            var item = (int)(Items * Math.Pow(random.NextDouble(), 2));
            item = random.Next(3) == 0 ? item : Math.Min(Items - 1, item - (item % Tastes) + (user % Tastes));
            interactions.Add(new TrackedInteraction(UserOf(user), $"item-{item}", "view", 1, Begin.AddMinutes(i)));
        }

        return interactions;
    }
}
