namespace Platform.KnowledgeGraph.Paths;

/// <summary>A path inside a region.</summary>
internal sealed record RegionPath(long Cost, IReadOnlyList<Step> Steps);

/// <summary>
/// The best paths without a node twice: by cost, then by length, then by the ids of nodes and relationships step by step. Beginnings
/// of paths wait in a queue by what they must cost at least, which is known exactly but for the rule that no node comes twice; so
/// what leaves the queue complete is the next best.
/// </summary>
internal static class BestPaths
{
    private const int MaxTaken = 1_000_000;

    /// <param name="steps">The steps from each node, sorted as paths are to be compared.</param>
    /// <param name="source">Where paths start.</param>
    /// <param name="target">Where they end.</param>
    /// <param name="maxHops">Their longest length.</param>
    public static IEnumerable<RegionPath> Of(IReadOnlyDictionary<long, List<Step>> steps, long source, long target, int maxHops)
    {
        var least = Least(steps, target, maxHops);
        if (!least[maxHops].TryGetValue(source, out var whole))
        {
            yield break;
        }

        var queue = new PriorityQueue<Beginning, Beginning>(Comparer<Beginning>.Create(Compare));
        Add(new Beginning(source, 0, [], whole));
        for (var taken = 0; queue.TryDequeue(out var best, out _); taken++)
        {
            if (taken > MaxTaken)
            {
                throw ShortestPaths.TooMuch();
            }

            if (best.At == target)
            {
                yield return new RegionPath(best.Cost, Walk(steps, source, best.Choices));
                continue;
            }

            var passed = Walk(steps, source, best.Choices);
            var left = maxHops - best.Choices.Length - 1;
            var next = steps[best.At];
            for (var i = 0; i < next.Count; i++)
            {
                if (left >= 0 && least[left].TryGetValue(next[i].To, out var rest) && next[i].To != source && !passed.Exists(s => s.To == next[i].To))
                {
                    var cost = best.Cost + next[i].Cost;
                    Add(new Beginning(next[i].To, cost, [.. best.Choices, i], (cost + rest.Cost, best.Choices.Length + 1 + rest.Hops)));
                }
            }
        }

        void Add(Beginning beginning) => queue.Enqueue(beginning, beginning);
    }

    /// <summary>For each number of hops, what it costs at least to get from a node to the target with no more than these.</summary>
    private static Dictionary<long, (long Cost, int Hops)>[] Least(IReadOnlyDictionary<long, List<Step>> steps, long target, int maxHops)
    {
        var back = new Dictionary<long, List<(long From, long Cost)>>();
        foreach (var (from, list) in steps)
        {
            foreach (var step in list)
            {
                if (!back.TryGetValue(step.To, out var into))
                {
                    back[step.To] = into = [];
                }

                into.Add((from, step.Cost));
            }
        }

        var least = new Dictionary<long, (long Cost, int Hops)>[maxHops + 1];
        least[0] = new() { [target] = (0, 0) };
        var changed = new HashSet<long> { target };
        for (var hops = 1; hops <= maxHops; hops++)
        {
            least[hops] = changed.Count == 0 ? least[hops - 1] : new(least[hops - 1]);
            var next = new HashSet<long>();
            foreach (var node in changed)
            {
                var (cost, length) = least[hops - 1][node];
                foreach (var (from, more) in back.GetValueOrDefault(node) ?? [])
                {
                    var candidate = (cost + more, length + 1);
                    if (!least[hops].TryGetValue(from, out var known) || candidate.CompareTo(known) < 0)
                    {
                        least[hops][from] = candidate;
                        next.Add(from);
                    }
                }
            }

            changed = next;
        }

        return least;
    }

    private static List<Step> Walk(IReadOnlyDictionary<long, List<Step>> steps, long source, int[] choices)
    {
        var walk = new List<Step>(choices.Length);
        var at = source;
        foreach (var choice in choices)
        {
            walk.Add(steps[at][choice]);
            at = walk[^1].To;
        }

        return walk;
    }

    /// <summary>Choices are places in sorted lists: where two beginnings first differ, they choose from the same list.</summary>
    private static int Compare(Beginning a, Beginning b) =>
        a.AtLeast.CompareTo(b.AtLeast) is not 0 and var byCost ? byCost : a.Choices.AsSpan().SequenceCompareTo(b.Choices);

    private sealed record Beginning(long At, long Cost, int[] Choices, (long Cost, int Hops) AtLeast);
}
