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

        var found = await graph.ReadAsync("UNWIND $ids AS x MATCH (n) WHERE id(n) = x RETURN x, n", new Dictionary<string, object?> { ["ids"] = ids }, ct);
        var byId = found.Rows.ToDictionary(r => (long)r[0]!, r => (GraphNode)r[1]!);
        var nodes = ids.Where(byId.ContainsKey).Select(id => byId[id]).ToArray();

        var edges = await AmongAsync(edge, ids, ct);
        return new NeighborsAnswer(nodes, [.. edges.Take(MaxEdges)], truncated || edges.Count > MaxEdges);
    }

    /// <summary>
    /// The relationships among nodes, in the order of their ids, one more than the most. First who is whose neighbour, then the
    /// relationships by their starts with only those ends that are among the nodes: a list of all of them would be looked through for
    /// every relationship of every node (at 500 nodes that was most of the time).
    /// </summary>
    private async Task<IReadOnlyList<GraphRelationship>> AmongAsync(string edge, List<long> ids, CancellationToken ct)
    {
        var inside = ids.ToHashSet();
        var next = await graph.ReadAsync(
            $"UNWIND $ids AS x MATCH (n)-{edge}->(m) WHERE id(n) = x RETURN x, collect(DISTINCT id(m))", new Dictionary<string, object?> { ["ids"] = ids }, ct);
        var starts = new List<object?[]>();
        foreach (var row in next.Rows)
        {
            var ends = ((object?[])row[1]!).Where(m => inside.Contains((long)m!)).ToArray();
            if (ends.Length > 0)
            {
                starts.Add([row[0], ends]);
            }
        }

        var edges = await graph.ReadAsync(
            $"UNWIND $starts AS s WITH s[0] AS x, s[1] AS ends MATCH (n)-{edge}->(m) WHERE id(n) = x WITH e, m, ends WHERE id(m) IN ends RETURN e ORDER BY e.id LIMIT $limit",
            new Dictionary<string, object?> { ["starts"] = starts, ["limit"] = MaxEdges + 1 },
            ct);
        return [.. edges.Rows.Select(r => (GraphRelationship)r[0]!)];
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
