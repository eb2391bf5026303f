using Platform.KnowledgeGraph.Paths;
using Platform.KnowledgeGraph.Storage;
using static Platform.IntegrationTests.KnowledgeGraph.AttackGraph;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>Answers about ATT&amp;CK against searches in memory that share nothing with those of the service.</summary>
public sealed class AttackGraphTests(AttackGraph attack) : IClassFixture<AttackGraph>
{
    private const int Depth = 6;
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_object_and_relationship_is_there_and_the_known_distances_hold()
    {
        Assert.SkipWhen(attack.Links is null, "The ATT&CK data is not beside the checkout.");
        var (fixture, ct) = (attack.Fixture, Ct);
        Assert.Equal(4723L, await fixture.ScalarAsync("MATCH (n) RETURN count(n)"));
        Assert.Equal(20048L, await fixture.ScalarAsync("MATCH ()-[e]->() RETURN count(e)"));
        Assert.Equal(187L, await fixture.ScalarAsync("MATCH (n:IntrusionSet) RETURN count(n)"));
        Assert.Equal([120, 1237, 685, 514, 8, 2], await DistancesAsync(fixture, AttackBundle.Apt28));
        Assert.Equal(33L, await fixture.ScalarAsync(
            $"MATCH (:IntrusionSet {{id: '{AttackBundle.Apt28}'}})-[]-(m)-[]-(:IntrusionSet {{id: '{AttackBundle.Apt29}'}}) RETURN count(DISTINCT m)"));

        var paths = new ShortestPaths(fixture.Store);
        var search = new PathSearch(AttackBundle.Apt28, AttackBundle.Apt29, 5, new RelationshipFilter([]), 1);
        var path = Assert.Single(await paths.FindAsync(fixture.Graph(), search, ct));
        Assert.Equal((2, 3, 2), (path.Length, path.Nodes.Count, path.Relationships.Count));
        var all = await paths.FindAsync(fixture.Graph(), search with { Limit = 100 }, ct);
        Assert.Equal(33, all.Select(p => p.Nodes[1].Id).Distinct().Count());
        Assert.Equal(path.Nodes[1].Id, all[0].Nodes[1].Id);

        var hit = (await fixture.Store.SearchAsync(fixture.Graph(), new TextSearch("fancy bear", TextMatch.Words, 10), ct))[0];
        Assert.Equal(AttackBundle.Apt28, hit.Node.Id);
    }

    [Theory]
    [InlineData(1000, false, null)]
    [InlineData(100, true, null)]
    [InlineData(100, false, "uses")]
    public async Task A_path_is_the_one_that_a_breadth_first_search_finds(int pairs, bool directed, string? type)
    {
        Assert.SkipWhen(attack.Links is null, "The ATT&CK data is not beside the checkout.");
        var find = new FindPaths(attack.Fixture.Store);
        await Parallel.ForEachAsync(Enumerable.Range(0, pairs), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Ct }, async (seed, ct) =>
        {
            var (source, target) = Pair(seed);
            var request = new PathRequest(source, target, Depth, type is null ? null : [type], Directed: directed);
            var found = await find.RunAsync(attack.Fixture.Graph(), request, ct);
            Assert.Equal(Expected(source, target, directed, type), found.Count == 0 ? null : Text(found[0]));
        });
    }

    [Fact]
    public async Task The_k_shortest_are_as_long_as_those_of_an_exhaustive_search()
    {
        Assert.SkipWhen(attack.Links is null, "The ATT&CK data is not beside the checkout.");
        var find = new FindPaths(attack.Fixture.Store);
        for (var seed = 0; seed < 30; seed++)
        {
            var (source, target) = Pair(seed);
            var found = await find.RunAsync(attack.Fixture.Graph(), new PathRequest(source, target, 4, K: 10), Ct);
            Assert.Equal(Lengths(source, target, 4, 10), found.Select(p => p.Length));
            Assert.Equal(found.Count, found.Select(Text).Distinct().Count());
            Assert.All(found, p => Assert.Equal(p.Nodes.Count, p.Nodes.Select(n => n.Id).Distinct().Count()));
        }
    }

    [Fact]
    public async Task The_least_weight_is_that_of_a_search_over_all_lengths()
    {
        Assert.SkipWhen(attack.Links is null, "The ATT&CK data is not beside the checkout.");
        var find = new FindPaths(attack.Fixture.Store);
        for (var seed = 0; seed < 15; seed++)
        {
            var (source, target) = Pair(seed);
            var found = await find.RunAsync(attack.Fixture.Graph(), new PathRequest(source, target, 4, WeightProperty: "weight"), Ct);
            Assert.Equal(LeastWeight(source, target, 4), found.Count == 0 ? null : Math.Round(found[0].Weight!.Value, 6));
        }
    }

    private (string Source, string Target) Pair(int seed)
    {
        var random = new Random(seed);
        return (attack.Ids[random.Next(attack.Ids.Count)], attack.Ids[random.Next(attack.Ids.Count)]);
    }

    private static string Text(FoundPath path) =>
        string.Join(' ', path.Nodes.Select(n => n.Id).Zip(path.Relationships.Select(r => r.Id).Append(""), (n, r) => $"{n} {r}"));

    /// <summary>The path by breadth-first search from the target, then step by step to the least id that comes nearer.</summary>
    private string? Expected(string source, string target, bool directed, string? type)
    {
        bool Follows(Link link, bool backwards) => (type is null || link.Type == type) && (!directed || link.Outgoing != backwards);
        var distance = new Dictionary<string, int> { [target] = 0 };
        var queue = new Queue<string>([target]);
        while (queue.TryDequeue(out var at) && !distance.ContainsKey(source))
        {
            foreach (var link in attack.Links![at].Where(l => Follows(l, backwards: true)))
            {
                if (distance.TryAdd(link.To, distance[at] + 1))
                {
                    queue.Enqueue(link.To);
                }
            }
        }

        if (!distance.TryGetValue(source, out var length) || length > Depth)
        {
            return null;
        }

        var text = new List<string>();
        while (source != target)
        {
            var step = attack.Links![source].Where(l => Follows(l, backwards: false) && distance.TryGetValue(l.To, out var left) && left == length - 1)
                .OrderBy(l => l.To, StringComparer.Ordinal).ThenBy(l => l.Id, StringComparer.Ordinal).First();
            text.Add($"{source} {step.Id}");
            (source, length) = (step.To, length - 1);
        }

        return string.Join(' ', [.. text, $"{target} "]);
    }

    /// <summary>The lengths of the shortest paths without a node twice, by walking every one of them.</summary>
    private List<int> Lengths(string source, string target, int depth, int k)
    {
        if (source == target)
        {
            return [0];
        }

        // How far the target is, so that no walk goes where it cannot end in time.
        var near = new Dictionary<string, int> { [target] = 0 };
        for (var ring = 1; ring <= depth; ring++)
        {
            foreach (var at in near.Where(n => n.Value == ring - 1).Select(n => n.Key).ToList())
            {
                foreach (var link in attack.Links![at])
                {
                    near.TryAdd(link.To, ring);
                }
            }
        }

        var lengths = new List<int>();
        for (var length = 1; length <= depth && lengths.Count < k; length++)
        {
            Walk(source, length, [source], length);
        }

        return [.. lengths.Take(k)];

        void Walk(string at, int left, HashSet<string> seen, int length)
        {
            if (lengths.Count >= k)
            {
                return;
            }

            if (at == target)
            {
                if (left == 0)
                {
                    lengths.Add(length);
                }

                return;
            }

            foreach (var link in left == 0 ? [] : attack.Links![at])
            {
                if (near.TryGetValue(link.To, out var rest) && rest < left && seen.Add(link.To))
                {
                    Walk(link.To, left - 1, seen, length);
                    seen.Remove(link.To);
                }
            }
        }
    }

    /// <summary>Bellman and Ford's relaxation, once for each relationship that a path may have.</summary>
    private double? LeastWeight(string source, string target, int depth)
    {
        var best = new Dictionary<string, double> { [source] = 0 };
        for (var round = 0; round < depth; round++)
        {
            var next = new Dictionary<string, double>(best);
            foreach (var (at, cost) in best)
            {
                foreach (var link in attack.Links![at])
                {
                    if (!next.TryGetValue(link.To, out var known) || cost + link.Weight < known)
                    {
                        next[link.To] = cost + link.Weight;
                    }
                }
            }

            best = next;
        }

        return best.TryGetValue(target, out var least) ? Math.Round(least, 6) : null;
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
