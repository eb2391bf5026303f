using System.Globalization;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Paths;

/// <summary>One step of a walk inside a region.</summary>
/// <param name="To">Where it leads.</param>
/// <param name="ToId">That node's own id.</param>
/// <param name="Edge">The relationship it takes.</param>
/// <param name="EdgeId">The relationship's own id.</param>
/// <param name="Cost">What it costs, in millionths.</param>
internal sealed record Step(long To, string ToId, long Edge, string EdgeId, long Cost);

/// <summary>
/// The part of a graph that can hold paths of some length between two nodes: a ball around each of them, their radiuses
/// together as long as the path. It grows by the ring that is the smaller one.
/// </summary>
internal sealed class PathRegion(IGraphStore store, GraphKey graph, RelationshipFilter filter, string? weight, long source, long target)
{
    /// <summary>A weight of 1.</summary>
    public const long Unit = 1_000_000;

    private const int MaxSteps = 300_000;
    private const int MaxRows = 50_000;
    private const int NodesAtOnce = 2_000;
    private const double MaxWeight = 1e9;

    private readonly Dictionary<long, List<Step>> _steps = [];
    private readonly HashSet<(long From, long Edge)> _known = [];
    private readonly HashSet<long> _fromSource = [source];
    private readonly HashSet<long> _fromTarget = [target];
    private HashSet<long> _sourceRing = [source];
    private HashSet<long> _targetRing = [target];

    /// <summary>Every path of at most so many relationships is inside.</summary>
    public int Length { get; private set; }

    /// <summary>Whether growing further would add nothing.</summary>
    public bool IsComplete => _sourceRing.Count == 0 || _targetRing.Count == 0;

    /// <summary>The steps from each node, sorted by where they lead and then by relationship.</summary>
    public IReadOnlyDictionary<long, List<Step>> Steps
    {
        get
        {
            foreach (var steps in _steps.Values)
            {
                steps.Sort(Compare);
            }

            return _steps;
        }
    }

    /// <summary>Takes in what paths of one relationship more can use.</summary>
    public async Task GrowAsync(CancellationToken ct)
    {
        var fromSource = _sourceRing.Count <= _targetRing.Count;
        var (ring, seen) = fromSource ? (_sourceRing, _fromSource) : (_targetRing, _fromTarget);
        var next = new HashSet<long>();
        foreach (var part in ring.Chunk(NodesAtOnce))
        {
            await ExpandAsync(part, fromSource, next, ct);
        }

        next.ExceptWith(seen);
        seen.UnionWith(next);
        if (fromSource)
        {
            _sourceRing = next;
        }
        else
        {
            _targetRing = next;
        }

        Length++;
    }

    private async Task ExpandAsync(long[] nodes, bool fromSource, HashSet<long> reached, CancellationToken ct)
    {
        var cost = weight is null ? "null" : $"e.`{weight}`";
        var rows = await store.ReadAsync(
            graph,
            $"UNWIND $nodes AS x MATCH (n){filter.Arrow(fromSource)}(m) WHERE id(n) = x{filter.InForce} "
            + $"RETURN x, id(m), n.id, m.id, id(e), e.id, {cost} LIMIT $most",
            filter.With(new() { ["nodes"] = nodes, ["most"] = MaxRows + 1 }),
            ReadLimits.Default,
            ct);
        if (rows.Rows.Count > MaxRows)
        {
            // The answer is cut: by halves, until a single node has more relationships than can be looked at.
            if (nodes.Length == 1)
            {
                throw ShortestPaths.TooMuch();
            }

            await ExpandAsync(nodes[..(nodes.Length / 2)], fromSource, reached, ct);
            await ExpandAsync(nodes[(nodes.Length / 2)..], fromSource, reached, ct);
            return;
        }

        foreach (var row in rows.Rows)
        {
            var (here, there, edge) = ((long)row[0]!, (long)row[1]!, (long)row[4]!);
            reached.Add(there);
            var (from, to, toId) = fromSource ? (here, there, row[3]) : (there, here, row[2]);
            if (from == to || !_known.Add((from, edge)))
            {
                continue;
            }

            if (_known.Count > MaxSteps)
            {
                throw ShortestPaths.TooMuch();
            }

            if (!_steps.TryGetValue(from, out var steps))
            {
                _steps[from] = steps = [];
            }

            steps.Add(new Step(to, toId as string ?? "", edge, row[5] as string ?? "", CostOf(row[6])));
        }
    }

    /// <summary>A relationship without the number counts as 1, as one without weights does.</summary>
    private static long CostOf(object? value)
    {
        var number = value switch { long whole => whole, double part => part, _ => 1.0 };
        return number is >= 0 and <= MaxWeight
            ? (long)Math.Round(number * Unit)
            : throw new GraphStoreException(
                GraphFailure.Invalid, string.Create(CultureInfo.InvariantCulture, $"is {number} on a relationship; weights are from 0 to {MaxWeight:0}"));
    }

    private static int Compare(Step a, Step b) =>
        string.CompareOrdinal(a.ToId, b.ToId) is not 0 and var byNode ? byNode : string.CompareOrdinal(a.EdgeId, b.EdgeId);
}
