namespace Platform.KnowledgeGraph.Paths;

/// <summary>
/// The candidates for each place of a shortest path, and which of them are neighbours: what a search from both ends leaves when they
/// meet.
/// </summary>
internal sealed class PathLayers
{
    /// <summary>For each gap between two layers, who comes after each node of the first.</summary>
    private readonly Dictionary<long, List<long>>[] _after;

    private PathLayers(List<HashSet<long>> nodes, Dictionary<long, List<long>>[] after) => (Nodes, _after) = (nodes, after);

    /// <summary>From source to target.</summary>
    public List<HashSet<long>> Nodes { get; }

    /// <summary>Joins two sides whose last levels meet.</summary>
    /// <param name="forward">The levels from the source.</param>
    /// <param name="onwards">The neighbours of each node of those but the last.</param>
    /// <param name="backward">The levels from the target.</param>
    /// <param name="back">The neighbours, against the direction, of each node of those but the last.</param>
    public static PathLayers Of(
        IReadOnlyList<HashSet<long>> forward, IReadOnlyList<Dictionary<long, long[]>> onwards, IReadOnlyList<HashSet<long>> backward, IReadOnlyList<Dictionary<long, long[]>> back)
    {
        var middle = new HashSet<long>(forward[^1]);
        middle.IntersectWith(backward[^1]);
        List<HashSet<long>> nodes = [.. forward.SkipLast(1), middle, .. backward.SkipLast(1).Reverse()];
        var after = new Dictionary<long, List<long>>[nodes.Count - 1];
        for (var gap = 0; gap < after.Length; gap++)
        {
            after[gap] = [];
            var isForward = gap < onwards.Count;
            foreach (var (node, neighbors) in isForward ? onwards[gap] : back[after.Length - 1 - gap])
            {
                foreach (var neighbor in neighbors)
                {
                    var (from, to) = isForward ? (node, neighbor) : (neighbor, node);
                    if (nodes[gap].Contains(from) && nodes[gap + 1].Contains(to))
                    {
                        if (!after[gap].TryGetValue(from, out var list))
                        {
                            after[gap][from] = list = [];
                        }

                        list.Add(to);
                    }
                }
            }
        }

        return new PathLayers(nodes, after);
    }

    /// <summary>Leaves only what leads from source to target.</summary>
    public void Trim()
    {
        for (var gap = _after.Length - 1; gap >= 0; gap--)
        {
            foreach (var (from, to) in _after[gap])
            {
                to.RemoveAll(node => !Nodes[gap + 1].Contains(node));
                if (to.Count == 0)
                {
                    _after[gap].Remove(from);
                }
            }

            Nodes[gap].IntersectWith(_after[gap].Keys);
        }
    }

    /// <summary>Puts who comes next in the order of the nodes' own ids.</summary>
    public void Sort(IReadOnlyDictionary<long, string> ids)
    {
        foreach (var next in _after.SelectMany(gap => gap.Values))
        {
            next.Sort((a, b) => string.CompareOrdinal(ids[a], ids[b]));
        }
    }

    /// <summary>The neighbours on the first so many ways from source to target.</summary>
    public IReadOnlyCollection<(long From, long To)> Pairs(int ways)
    {
        var pairs = new HashSet<(long From, long To)>();
        var left = ways;
        Walk(0, Nodes[0].First());
        return pairs;

        void Walk(int layer, long at)
        {
            if (layer == _after.Length)
            {
                left--;
                return;
            }

            foreach (var next in After(layer, at))
            {
                if (left > 0)
                {
                    pairs.Add((at, next));
                    Walk(layer + 1, next);
                }
            }
        }
    }

    /// <summary>Who comes next after a node of a layer.</summary>
    public IReadOnlyList<long> After(int layer, long node) => _after[layer].GetValueOrDefault(node) ?? [];
}
