using Platform.KnowledgeGraph.Paths;

namespace Platform.KnowledgeGraph.Tests;

/// <summary>The best paths of random graphs, against Yen's algorithm (Management Science 17, 1971) and against trying everything.</summary>
public sealed class BestPathsTests
{
    [Fact]
    public void The_k_best_are_those_of_Yens_algorithm_by_cost()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var nodes = random.Next(2, 25);
            var graph = Graph(random, nodes, random.Next(1, nodes * 4), random.Next(2) == 0 ? 1 : 20);
            var (source, target, k) = (random.Next(nodes), random.Next(nodes), random.Next(1, 12));
            var found = BestPaths.Of(graph, source, target, nodes).Take(k).Select(p => p.Cost);
            Assert.Equal(Yen(graph, source, target, k), found);
        }
    }

    [Fact]
    public void Within_a_length_they_are_all_there_are_in_the_promised_order()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var nodes = random.Next(2, 8);
            var graph = Graph(random, nodes, random.Next(1, nodes * 3), random.Next(2) == 0 ? 1 : 3);
            var (source, target, length) = (random.Next(nodes), random.Next(nodes), random.Next(1, 6));
            var all = new List<(long Cost, int Hops, string Ids)>();
            Try(graph, source, target, length, [], [source], all);
            Assert.Equal(
                all.OrderBy(p => p.Cost).ThenBy(p => p.Hops).ThenBy(p => p.Ids, StringComparer.Ordinal),
                BestPaths.Of(graph, source, target, length).Select(p => (p.Cost, p.Steps.Count, Ids(p.Steps))));
        }
    }

    [Fact]
    public void There_is_none_to_where_nothing_leads()
    {
        var graph = new Dictionary<long, List<Step>> { [1] = [new(2, "2", 1, "a", 1)] };
        Assert.Empty(BestPaths.Of(graph, 2, 1, 5));
        Assert.Empty(BestPaths.Of(graph, 1, 3, 5));
        Assert.Empty(Assert.Single(BestPaths.Of(graph, 7, 7, 5)).Steps);
    }

    private static Dictionary<long, List<Step>> Graph(Random random, int nodes, int edges, int maxCost)
    {
        var steps = new Dictionary<long, List<Step>>();
        for (var e = 0; e < edges; e++)
        {
            var (from, to, cost) = (random.Next(nodes), random.Next(nodes), random.Next(1, maxCost + 1));
            if (from != to)
            {
                Add(from, to, e, cost);
                Add(to, from, e, cost);
            }
        }

        foreach (var list in steps.Values)
        {
            list.Sort((a, b) => string.CompareOrdinal(a.ToId + a.EdgeId, b.ToId + b.EdgeId));
        }

        return steps;

        void Add(int from, int to, int edge, int cost)
        {
            steps.TryAdd(from, []);
            steps[from].Add(new Step(to, $"{to:00}", edge, $"{edge:000}", cost));
        }
    }

    private static string Ids(IEnumerable<Step> steps) => string.Concat(steps.Select(s => $"{s.ToId} {s.EdgeId}|"));

    private static void Try(Dictionary<long, List<Step>> graph, long at, long target, int left, List<Step> walked, HashSet<long> seen, List<(long Cost, int Hops, string Ids)> found)
    {
        if (at == target)
        {
            found.Add((walked.Sum(s => s.Cost), walked.Count, Ids(walked)));
            return;
        }

        foreach (var step in left == 0 ? [] : graph.GetValueOrDefault(at) ?? [])
        {
            if (seen.Add(step.To))
            {
                walked.Add(step);
                Try(graph, step.To, target, left - 1, walked, seen, found);
                walked.RemoveAt(walked.Count - 1);
                seen.Remove(step.To);
            }
        }
    }

    /// <summary>The costs of the k best paths: for each found one and each of its nodes, the best path that leaves it there.</summary>
    private static List<long> Yen(Dictionary<long, List<Step>> graph, long source, long target, int k)
    {
        var found = new List<List<Step>>();
        var candidates = new List<List<Step>>();
        if (Dijkstra(graph, source, target, [], []) is { } first)
        {
            candidates.Add(first);
        }

        while (found.Count < k && candidates.Count > 0)
        {
            var best = candidates.MinBy(c => c.Sum(s => s.Cost))!;
            candidates.Remove(best);
            found.Add(best);
            for (var i = 0; i < best.Count; i++)
            {
                var root = best[..i];
                var spur = i == 0 ? source : root[^1].To;
                var barred = found.Where(f => f.Count > i && f[..i].SequenceEqual(root)).Select(f => f[i]).ToHashSet();
                var passed = root.Select(s => s.To).Append(source).ToHashSet();
                if (Dijkstra(graph, spur, target, barred, passed) is { } rest && root.Concat(rest).ToList() is var path
                    && !candidates.Exists(c => c.SequenceEqual(path)) && !found.Exists(f => f.SequenceEqual(path)))
                {
                    candidates.Add(path);
                }
            }
        }

        return found.ConvertAll(f => f.Sum(s => s.Cost));
    }

    private static List<Step>? Dijkstra(Dictionary<long, List<Step>> graph, long source, long target, HashSet<Step> barred, HashSet<long> passed)
    {
        var best = new Dictionary<long, (long Cost, List<Step> Path)> { [source] = (0, []) };
        var done = new HashSet<long>();
        while (best.Where(b => !done.Contains(b.Key)).ToList() is { Count: > 0 } open)
        {
            var (at, (cost, path)) = open.MinBy(b => b.Value.Cost);
            done.Add(at);
            if (at == target)
            {
                return path;
            }

            foreach (var step in graph.GetValueOrDefault(at) ?? [])
            {
                if (!barred.Contains(step) && !passed.Contains(step.To) && (!best.TryGetValue(step.To, out var known) || cost + step.Cost < known.Cost))
                {
                    best[step.To] = (cost + step.Cost, [.. path, step]);
                }
            }
        }

        return null;
    }
}
