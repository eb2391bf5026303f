using FluentValidation;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Actors;

/// <summary>A question for what nodes have in common.</summary>
/// <param name="Ids">The nodes, 2–10, such as two intrusion sets.</param>
/// <param name="RelationshipTypes">Compare only by these, such as <c>uses</c>.</param>
/// <param name="Limit">At most this many of what they share, 1–500.</param>
internal sealed record CompareRequest(IReadOnlyList<string> Ids, IReadOnlyList<string>? RelationshipTypes = null, int Limit = 100);

/// <summary>What nodes have in common.</summary>
/// <param name="Nodes">The compared nodes, in the order asked for, each with how much it relates to and how much of that no other one does.</param>
/// <param name="Shared">What at least two of them relate to: what most of them do first, then by id.</param>
/// <param name="TotalShared">How much there is of that.</param>
/// <param name="Similarities">For each pair, what both relate to as a share of what either does (Jaccard's index).</param>
internal sealed record CompareAnswer(
    IReadOnlyList<ComparedNode> Nodes, IReadOnlyList<SharedNode> Shared, int TotalShared, IReadOnlyList<PairSimilarity> Similarities);

internal sealed record ComparedNode(GraphNode Node, int Related, int Own);

/// <summary>A node that several of the compared ones relate to, and by which relationships each does.</summary>
internal sealed record SharedNode(GraphNode Node, IReadOnlyList<SharedBy> By);

internal sealed record SharedBy(string Id, IReadOnlyList<string> Relationships);

internal sealed record PairSimilarity(string FirstId, string SecondId, int Shared, double Similarity);

internal sealed class CompareRequestValidator : AbstractValidator<CompareRequest>
{
    public CompareRequestValidator()
    {
        RuleFor(r => r.Ids).Must(ids => ids is { Count: >= 2 and <= 10 } && ids.All(NodeIds.IsValid) && ids.Distinct().Count() == ids.Count)
            .WithMessage("must be 2 to 10 different ids of nodes");
        RuleFor(r => r.RelationshipTypes).MustBeRelationshipTypes();
        RuleFor(r => r.Limit).InclusiveBetween(1, 500).WithMessage("must be a whole number from 1 to 500");
    }
}

/// <summary>Compares nodes by what they relate to.</summary>
internal sealed class CompareNodes(CallerGraph graph)
{
    private const int MaxLinks = 50_000;

    /// <summary>Null where one of the nodes is not there.</summary>
    public async Task<CompareAnswer?> RunAsync(CompareRequest request, CancellationToken ct)
    {
        var compared = await graph.NodesAsync(request.Ids, ct);
        if (compared.Count < request.Ids.Count)
        {
            return null;
        }

        var relations = await RelationsAsync(request, ct);
        var by = new Dictionary<string, List<SharedBy>>();
        foreach (var (id, others) in relations)
        {
            foreach (var (other, types) in others)
            {
                if (!by.TryGetValue(other, out var list))
                {
                    by[other] = list = [];
                }

                list.Add(new SharedBy(id, [.. types.Order(StringComparer.Ordinal)]));
            }
        }

        var shared = by.Where(s => s.Value.Count > 1).OrderByDescending(s => s.Value.Count).ThenBy(s => s.Key, StringComparer.Ordinal).ToList();
        var shown = await graph.NodesAsync([.. shared.Take(request.Limit).Select(s => s.Key)], ct);
        return new CompareAnswer(
            [.. request.Ids.Select(id => new ComparedNode(compared[id], relations[id].Count, relations[id].Keys.Count(other => by[other].Count == 1)))],
            [.. shared.Where(s => shown.ContainsKey(s.Key)).Take(request.Limit).Select(s => new SharedNode(shown[s.Key], s.Value))],
            shared.Count,
            [.. Pairs(request.Ids, relations)]);
    }

    private static IEnumerable<PairSimilarity> Pairs(IReadOnlyList<string> ids, Dictionary<string, Dictionary<string, HashSet<string>>> relations)
    {
        for (var i = 0; i < ids.Count; i++)
        {
            for (var j = i + 1; j < ids.Count; j++)
            {
                var (a, b) = (relations[ids[i]], relations[ids[j]]);
                var both = a.Keys.Count(b.ContainsKey);
                var either = a.Count + b.Count - both;
                yield return new PairSimilarity(ids[i], ids[j], both, either == 0 ? 0 : Math.Round((double)both / either, 6));
            }
        }
    }

    /// <summary>For each node, by what types of relationship it relates to others, <c>&lt;</c> before those that come in.</summary>
    private async Task<Dictionary<string, Dictionary<string, HashSet<string>>>> RelationsAsync(CompareRequest request, CancellationToken ct)
    {
        var types = (request.RelationshipTypes ?? []).Select(Vocabulary.ReadType).Distinct().ToArray();
        var edge = types.Length == 0 ? "[e]" : $"[e:{string.Join('|', types)}]";
        var rows = await graph.ReadAsync(
            $"UNWIND $ids AS x MATCH (n:{Vocabulary.AnyObject} {{id: x}})-{edge}-(m) WHERE m.id <> x "
            + "RETURN DISTINCT x, m.id, type(e), startNode(e).id = x LIMIT $limit",
            new Dictionary<string, object?> { ["ids"] = request.Ids, ["limit"] = MaxLinks + 1 },
            ct);
        if (rows.Rows.Count > MaxLinks)
        {
            throw new GraphStoreException(GraphFailure.TooExpensive, "The nodes relate to too much; name relationship types.");
        }

        var relations = request.Ids.ToDictionary(id => id, _ => new Dictionary<string, HashSet<string>>());
        foreach (var row in rows.Rows)
        {
            var others = relations[(string)row[0]!];
            if (!others.TryGetValue((string)row[1]!, out var by))
            {
                others[(string)row[1]!] = by = [];
            }

            by.Add(row[3] is true ? (string)row[2]! : $"<{row[2]}");
        }

        return relations;
    }
}
