using FluentValidation;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Paths;

/// <summary>A question for what is around a node.</summary>
/// <param name="Id">The node in the middle.</param>
/// <param name="Depth">Up to this many relationships away, 1–4.</param>
/// <param name="Limit">At most this many nodes, the one in the middle included, 1–500.</param>
/// <param name="Types">Follow only these relationship types.</param>
internal sealed record NeighborsRequest(string Id, int Depth = 1, int Limit = 100, IReadOnlyList<string>? Types = null);

/// <summary>A sub-graph.</summary>
/// <param name="Nodes">The node in the middle first, then by distance and id.</param>
/// <param name="Edges">All relationships of the asked types among these nodes.</param>
/// <param name="Truncated">True where there are more nodes than the limit, or more than 10,000 relationships among them.</param>
internal sealed record NeighborsAnswer(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphRelationship> Edges, bool Truncated);

internal sealed class NeighborsRequestValidator : AbstractValidator<NeighborsRequest>
{
    public NeighborsRequestValidator()
    {
        RuleFor(r => r.Id).MustBeNodeId();
        RuleFor(r => r.Depth).InclusiveBetween(1, 4).WithMessage("must be a whole number from 1 to 4");
        RuleFor(r => r.Limit).InclusiveBetween(1, 500).WithMessage("must be a whole number from 1 to 500");
        RuleFor(r => r.Types).MustBeRelationshipTypes();
    }
}

/// <summary>Walks outwards from a node, ring by ring, until depth or limit is reached.</summary>
internal sealed class FindNeighbors(CallerGraph graph)
{
    private const int MaxEdges = 10_000;

    /// <summary>
    /// Of a ring, so many nodes are looked at to choose those that come first by their ids. Around a hub there may be very many more,
    /// and the choice is then among those that the store finds first.
    /// </summary>
    private const int MaxMet = 2_000;

    public async Task<NeighborsAnswer?> RunAsync(NeighborsRequest request, CancellationToken ct)
    {
        var middle = await graph.ReadAsync($"MATCH (n:{Vocabulary.AnyObject} {{id: $id}}) RETURN id(n)", new Dictionary<string, object?> { ["id"] = request.Id }, ct);
        if (middle.Rows.Count == 0)
        {
            return null;
        }

        var types = (request.Types ?? []).Select(Vocabulary.ReadType).Distinct().ToArray();
        var edge = types.Length == 0 ? "[e]" : $"[e:{string.Join('|', types)}]";
        var ids = new List<long> { (long)middle.Rows[0][0]! };
        var ring = ids.ToArray();
        var truncated = false;
        for (var depth = 0; depth < request.Depth && ring.Length > 0 && !truncated; depth++)
        {
            (ring, truncated) = await RingAsync(edge, ring, ids, request.Limit - ids.Count, ct);
            ids.AddRange(ring);
        }

        var (reading, pairing) = (NodesAsync(ids, ct), PairsAsync(types, ids, ct));
        await Task.WhenAll(reading, pairing);
        var found = await reading;
        var edges = await BetweenAsync(edge, await pairing, found, ct);
        return new NeighborsAnswer([.. ids.Where(found.ContainsKey).Select(id => found[id])], [.. edges.Take(MaxEdges)], truncated || edges.Count > MaxEdges);
    }

    private async Task<IReadOnlyDictionary<long, GraphNode>> NodesAsync(List<long> ids, CancellationToken ct)
    {
        var rows = await graph.ReadAsync("UNWIND $ids AS x MATCH (n) WHERE id(n) = x RETURN x, n", new Dictionary<string, object?> { ["ids"] = ids }, ct);
        return rows.Rows.ToDictionary(r => (long)r[0]!, r => (GraphNode)r[1]!);
    }

    /// <summary>Which of the nodes has a relationship to which other. It is given without a name: what has one, the store reads as a whole.</summary>
    private async Task<IReadOnlyCollection<long[]>> PairsAsync(string[] types, List<long> ids, CancellationToken ct)
    {
        var edge = types.Length == 0 ? "" : $"[:{string.Join('|', types)}]";
        var next = await graph.ReadAsync(
            $"UNWIND $ids AS x MATCH (n)-{edge}->(m) WHERE id(n) = x RETURN x, collect(id(m))", new Dictionary<string, object?> { ["ids"] = ids }, ct);
        var inside = ids.ToHashSet();
        var pairs = new HashSet<(long From, long To)>();
        foreach (var row in next.Rows)
        {
            foreach (var end in (object?[])row[1]!)
            {
                if (inside.Contains((long)end!))
                {
                    pairs.Add(((long)row[0]!, (long)end));
                }
            }
        }

        return [.. pairs.Select(p => new[] { p.From, p.To })];
    }

    /// <summary>
    /// The relationships between the two of each pair, in the order of their ids, one more than the most. Both ends are looked up first
    /// (<see cref="PathLinks"/>): by the starts alone, each with its ends, the store took five times as long for 500 nodes. Whole
    /// relationships would make it look up the ids of their ends, which are known.
    /// </summary>
    private async Task<IReadOnlyList<GraphRelationship>> BetweenAsync(
        string edge, IReadOnlyCollection<long[]> pairs, IReadOnlyDictionary<long, GraphNode> nodes, CancellationToken ct)
    {
        if (pairs.Count == 0)
        {
            return [];
        }

        var rows = await graph.ReadAsync(
            "UNWIND $pairs AS p WITH p[0] AS a, p[1] AS b MATCH (n) WHERE id(n) = a WITH n, b MATCH (m) WHERE id(m) = b "
            + $"WITH n, m MATCH (n)-{edge}->(m) RETURN id(n), id(m), type(e), properties(e) ORDER BY e.id LIMIT $limit",
            new Dictionary<string, object?> { ["pairs"] = pairs, ["limit"] = MaxEdges + 1 },
            ct);
        var edges = new List<GraphRelationship>(rows.Rows.Count);
        foreach (var row in rows.Rows)
        {
            // A node may go while it is read.
            if (nodes.TryGetValue((long)row[0]!, out var from) && nodes.TryGetValue((long)row[1]!, out var to))
            {
                var properties = (Dictionary<string, object?>)row[3]!;
                edges.Add(new GraphRelationship(properties.Remove("id", out var id) ? id as string ?? "" : "", (string)row[2]!, from.Id, to.Id, properties));
            }
        }

        return edges;
    }

    /// <summary>What is one step further out, at most so many, and whether there is more.</summary>
    private async Task<(long[] Ring, bool IsCut)> RingAsync(string edge, long[] from, List<long> seen, int limit, CancellationToken ct)
    {
        var rows = await graph.ReadAsync(
            $"UNWIND $ring AS x MATCH (n)-{edge}-(m) WHERE id(n) = x RETURN DISTINCT id(m), m.id LIMIT $most",
            new Dictionary<string, object?> { ["ring"] = from, ["most"] = MaxMet + seen.Count },
            ct);
        var known = seen.ToHashSet();
        var met = rows.Rows.Where(r => !known.Contains((long)r[0]!)).OrderBy(r => r[1] as string, StringComparer.Ordinal).Select(r => (long)r[0]!).ToArray();
        return (met[..Math.Min(limit, met.Length)], met.Length > limit);
    }
}
