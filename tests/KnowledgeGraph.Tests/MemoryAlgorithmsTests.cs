using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Tests;

/// <summary>The algorithms against values worked out by hand or by their definition.</summary>
public sealed class MemoryAlgorithmsTests
{
    private static readonly (int, int)[] TwoTriangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)];

    [Fact]
    public void PageRank_is_the_fixed_point_of_its_definition()
    {
        var random = new Random(3);
        var links = Enumerable.Range(0, 60).Select(_ => (random.Next(20), random.Next(20))).ToArray();
        var rank = MemoryAlgorithms.PageRank(20, links);
        Assert.Equal(1, rank.Sum(), 9);
        var outgoing = links.CountBy(l => l.Item1).ToDictionary();
        var lost = Enumerable.Range(0, 20).Where(i => !outgoing.ContainsKey(i)).Sum(i => rank[i]);
        for (var node = 0; node < 20; node++)
        {
            var expected = (0.15 / 20) + (0.85 * ((lost / 20) + links.Where(l => l.Item2 == node).Sum(l => rank[l.Item1] / outgoing[l.Item1])));
            Assert.Equal(expected, rank[node], 8);
        }
    }

    [Fact]
    public void Betweenness_counts_the_shortest_paths_through_a_node()
    {
        // 0 → 1 → 3 and 0 → 2 → 3 share the way, and all that goes on passes 3.
        Assert.Equal([0, 1, 1, 3, 0], MemoryAlgorithms.Betweenness(5, [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)]));
    }

    [Fact]
    public void Components_hang_together_whatever_the_direction() =>
        Assert.Equal([0, 0, 0, 3, 4, 3], MemoryAlgorithms.Components(6, [(1, 0), (1, 2), (5, 3)]));

    [Fact]
    public void Communities_are_the_two_triangles()
    {
        var found = MemoryAlgorithms.Communities(6, TwoTriangles);
        Assert.Equal(found[0], Assert.Single(found[..3].Distinct()));
        Assert.Equal(found[3], Assert.Single(found[3..].Distinct()));
        Assert.NotEqual(found[0], found[3]);
    }
}
