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

    public async Task<NeighborsAnswer?> RunAsync(NeighborsRequest request, CancellationToken ct)
    {
        if (await graph.NodeAsync(request.Id, ct) is not { } middle)
        {
            return null;
        }

        var types = (request.Types ?? []).Select(Vocabulary.ReadType).Distinct().ToArray();
        var edge = types.Length == 0 ? "[e]" : $"[e:{string.Join('|', types)}]";
        var nodes = new List<GraphNode> { middle };
        var seen = new HashSet<string> { middle.Id };
        var ring = new List<string> { middle.Id };
        var truncated = false;
        for (var depth = 0; depth < request.Depth && ring.Count > 0 && !truncated; depth++)
        {
            // As many rows as could still be new: those seen before come again and are not counted twice.
            var rows = await graph.ReadAsync(
                $"UNWIND $ring AS x MATCH (n:{Vocabulary.AnyObject} {{id: x}})-{edge}-(m) WITH DISTINCT m WHERE NOT m.id IN $seen RETURN m ORDER BY m.id LIMIT $limit",
                new Dictionary<string, object?> { ["ring"] = ring, ["seen"] = seen, ["limit"] = request.Limit - nodes.Count + 1 },
                ct);
            ring = [];
            foreach (var row in rows.Rows)
            {
                var node = (GraphNode)row[0]!;
                if (nodes.Count >= request.Limit)
                {
                    truncated = true;
                    break;
                }

                seen.Add(node.Id);
                nodes.Add(node);
                ring.Add(node.Id);
            }
        }

        var edges = await graph.ReadAsync(
            $"UNWIND $ids AS x MATCH (n:{Vocabulary.AnyObject} {{id: x}})-{edge}->(m) WHERE m.id IN $ids RETURN e ORDER BY e.id LIMIT $limit",
            new Dictionary<string, object?> { ["ids"] = seen, ["limit"] = MaxEdges + 1 },
            ct);
        return new NeighborsAnswer(nodes, edges.Rows.Take(MaxEdges).Select(r => (GraphRelationship)r[0]!).ToArray(), truncated || edges.Rows.Count > MaxEdges);
    }
}
