namespace Platform.KnowledgeGraph.Storage;

/// <summary>Graph algorithms over nodes 0 … n−1 and pairs of them. Equal input has equal output.</summary>
internal static class MemoryAlgorithms
{
    private const double Damping = 0.85;
    private const double Enough = 1e-10;
    private const int MaxIterations = 100;
    private const int PropagationRounds = 20;
    private const int SampledStarts = 64;

    /// <summary>Brin and Page, "The Anatomy of a Large-Scale Hypertextual Web Search Engine", 1998; what leads nowhere leads everywhere. The scores' sum is 1.</summary>
    public static double[] PageRank(int nodes, IReadOnlyList<(int From, int To)> links)
    {
        var outgoing = new int[nodes];
        foreach (var (from, _) in links)
        {
            outgoing[from]++;
        }

        var rank = new double[nodes];
        Array.Fill(rank, 1.0 / Math.Max(1, nodes));
        for (var iteration = 0; iteration < MaxIterations; iteration++)
        {
            var lost = 0.0;
            for (var i = 0; i < nodes; i++)
            {
                lost += outgoing[i] == 0 ? rank[i] : 0;
            }

            var next = new double[nodes];
            Array.Fill(next, (1 - Damping + (Damping * lost)) / nodes);
            foreach (var (from, to) in links)
            {
                next[to] += Damping * rank[from] / outgoing[from];
            }

            var change = 0.0;
            for (var i = 0; i < nodes; i++)
            {
                change += Math.Abs(next[i] - rank[i]);
            }

            rank = next;
            if (change < Enough)
            {
                break;
            }
        }

        return rank;
    }

    /// <summary>Brandes, "A Faster Algorithm for Betweenness Centrality", 2001, from starts spread evenly where there are many nodes.</summary>
    public static double[] Betweenness(int nodes, IReadOnlyList<(int From, int To)> links)
    {
        var next = Neighbours(nodes, links, bothWays: false);
        var score = new double[nodes];
        var stride = Math.Max(1, nodes / SampledStarts);
        for (var start = 0; start < nodes; start += stride)
        {
            var (distance, ways, order) = (new int[nodes], new double[nodes], new List<int> { start });
            Array.Fill(distance, -1);
            (distance[start], ways[start]) = (0, 1);
            for (var at = 0; at < order.Count; at++)
            {
                foreach (var to in next[order[at]])
                {
                    if (distance[to] < 0)
                    {
                        distance[to] = distance[order[at]] + 1;
                        order.Add(to);
                    }

                    ways[to] += distance[to] == distance[order[at]] + 1 ? ways[order[at]] : 0;
                }
            }

            var share = new double[nodes];
            for (var at = order.Count - 1; at > 0; at--)
            {
                foreach (var to in next[order[at]])
                {
                    share[order[at]] += distance[to] == distance[order[at]] + 1 ? ways[order[at]] / ways[to] * (1 + share[to]) : 0;
                }

                score[order[at]] += share[order[at]];
            }
        }

        return score;
    }

    /// <summary>For each node the least one that it hangs together with.</summary>
    public static int[] Components(int nodes, IReadOnlyList<(int From, int To)> links)
    {
        var parent = new int[nodes];
        for (var i = 0; i < nodes; i++)
        {
            parent[i] = i;
        }

        foreach (var (from, to) in links)
        {
            var (a, b) = (Root(from), Root(to));
            parent[Math.Max(a, b)] = Math.Min(a, b);
        }

        for (var i = 0; i < nodes; i++)
        {
            parent[i] = Root(i);
        }

        return parent;

        int Root(int node)
        {
            while (parent[node] != node)
            {
                node = parent[node] = parent[parent[node]];
            }

            return node;
        }
    }

    /// <summary>Raghavan, Albert, Kumara, "Near linear time algorithm to detect community structures", 2007; of equally frequent labels its own, else the greatest.</summary>
    public static int[] Communities(int nodes, IReadOnlyList<(int From, int To)> links)
    {
        var next = Neighbours(nodes, links, bothWays: true);
        var label = new int[nodes];
        for (var i = 0; i < nodes; i++)
        {
            label[i] = i;
        }

        var counts = new Dictionary<int, int>();
        for (var (round, changed) = (0, true); changed && round < PropagationRounds; round++)
        {
            changed = false;
            for (var i = 0; i < nodes; i++)
            {
                counts.Clear();
                foreach (var to in next[i])
                {
                    counts[label[to]] = counts.GetValueOrDefault(label[to]) + 1;
                }

                var best = (Count: counts.GetValueOrDefault(label[i]), Label: label[i]);
                foreach (var (candidate, count) in counts)
                {
                    if (count > best.Count || (count == best.Count && best.Label != label[i] && candidate > best.Label))
                    {
                        best = (count, candidate);
                    }
                }

                changed |= best.Label != label[i];
                label[i] = best.Label;
            }
        }

        return label;
    }

    private static List<int>[] Neighbours(int nodes, IReadOnlyList<(int From, int To)> links, bool bothWays)
    {
        var next = new List<int>[nodes];
        for (var i = 0; i < nodes; i++)
        {
            next[i] = [];
        }

        foreach (var (from, to) in links)
        {
            next[from].Add(to);
            if (bothWays)
            {
                next[to].Add(from);
            }
        }

        return next;
    }
}
