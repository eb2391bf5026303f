using System.Diagnostics;
using Platform.Contracts;
using Platform.KnowledgeGraph.Storage;
using Platform.TestSupport;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>The known facts of ATT&amp;CK Enterprise 18.1 hold in the graph.</summary>
public sealed class AttackProjectionTests(Stack stack)
{
    [Fact]
    public async Task Every_object_and_relationship_is_there_and_the_known_distances_hold()
    {
        var ct = TestContext.Current.CancellationToken;
        var events = await AttackBundle.ReadAsync(ct);
        Assert.SkipWhen(events is null, "The ATT&CK data is not beside the checkout.");
        await using var fixture = await GraphFixture.StartAsync(stack);

        var watch = Stopwatch.StartNew();
        foreach (var batch in events!.Chunk(8))
        {
            await fixture.ApplyAsync(batch);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"projected in {watch.Elapsed.TotalSeconds:0.0} s");
        watch.Restart();
        Assert.Equal(4723L, await fixture.ScalarAsync("MATCH (n) RETURN count(n)"));
        Assert.Equal(20048L, await fixture.ScalarAsync("MATCH ()-[e]->() RETURN count(e)"));
        Assert.Equal(187L, await fixture.ScalarAsync("MATCH (n:IntrusionSet) RETURN count(n)"));
        Assert.Equal([120, 1237, 685, 514, 8, 2], await DistancesAsync(fixture, AttackBundle.Apt28));
        TestContext.Current.TestOutputHelper?.WriteLine($"distances in {watch.Elapsed.TotalMilliseconds:0} ms");
        Assert.Equal(33L, await fixture.ScalarAsync(
            $"MATCH (:IntrusionSet {{id: '{AttackBundle.Apt28}'}})-[]-(m)-[]-(:IntrusionSet {{id: '{AttackBundle.Apt29}'}}) RETURN count(DISTINCT m)"));

        var search = new PathSearch(AttackBundle.Apt28, AttackBundle.Apt29, 5, [], false, 1);
        watch.Restart();
        var path = Assert.Single(await fixture.Store.ShortestPathsAsync(fixture.Graph(), search, ct));
        TestContext.Current.TestOutputHelper?.WriteLine($"path in {watch.Elapsed.TotalMilliseconds:0.0} ms");
        Assert.Equal((2, 3, 2), (path.Length, path.Nodes.Count, path.Relationships.Count));
        watch.Restart();
        var all = await fixture.Store.ShortestPathsAsync(fixture.Graph(), search with { Limit = 100 }, ct);
        TestContext.Current.TestOutputHelper?.WriteLine($"all paths in {watch.Elapsed.TotalMilliseconds:0.0} ms");
        Assert.Equal(33, all.Select(p => p.Nodes[1].Id).Distinct().Count());
        Assert.Equal(path.Nodes[1].Id, all[0].Nodes[1].Id);

        var hit = (await fixture.Store.SearchAsync(fixture.Graph(), new TextSearch("fancy bear", TextMatch.Words, 10), ct))[0];
        Assert.Equal(AttackBundle.Apt28, hit.Node.Id);
    }

    private static async Task<List<int>> DistancesAsync(GraphFixture fixture, string from)
    {
        var seen = new HashSet<string> { from };
        var frontier = new List<string> { from };
        var counts = new List<int>();
        while (true)
        {
            var rows = await fixture.Store.ReadAsync(
                fixture.Graph(), "UNWIND $ids AS x MATCH (n:Object {id: x})-[]-(m) RETURN DISTINCT m.id",
                new Dictionary<string, object?> { ["ids"] = frontier }, ReadLimits.Default, TestContext.Current.CancellationToken);
            frontier = rows.Rows.Select(r => (string)r[0]!).Where(seen.Add).ToList();
            if (frontier.Count == 0)
            {
                return counts;
            }

            counts.Add(frontier.Count);
        }
    }
}
