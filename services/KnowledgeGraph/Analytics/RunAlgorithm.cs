using System.Globalization;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Analytics;

/// <summary>Runs an algorithm on the caller's graph and shows what it found.</summary>
internal sealed class RunAlgorithm(CallerGraph graph, IGraphStore store)
{
    private const int MaxLimit = 100;
    private const int Members = 20;

    /// <summary>What a node has in common with others is looked for through no more relationships than this.</summary>
    private const int MaxLinks = 200_000;

    public static FaultResult? Fault(int limit) => limit is >= 1 and <= MaxLimit ? null : Faults.Invalid("limit", $"must be a whole number from 1 to {MaxLimit}");

    public static AlgorithmScope Scope(string? nodeType, string? relationshipType) => new(
        string.IsNullOrEmpty(nodeType) ? null : Vocabulary.ReadLabel(nodeType),
        string.IsNullOrEmpty(relationshipType) ? null : Vocabulary.ReadType(relationshipType));

    public async Task<RankedNodes> RankAsync(string algorithm, AlgorithmScope scope, int limit, CancellationToken ct)
    {
        var found = algorithm switch
        {
            "pagerank" => await store.RankAsync(await graph.KeyAsync(ct), Ranking.PageRank, scope, limit, ct),
            "betweenness" => await store.RankAsync(await graph.KeyAsync(ct), Ranking.Betweenness, scope, limit, ct),
            _ => await store.RankAsync(await graph.KeyAsync(ct), Ranking.Degree, scope, limit, ct),
        };
        return new RankedNodes(algorithm, [.. found.Select(f => new RankedNode(f.Node, Math.Round(f.Score, 9)))]);
    }

    public async Task<NodeGroups> GroupAsync(Grouping by, AlgorithmScope scope, int limit, CancellationToken ct)
    {
        var groups = await store.GroupAsync(await graph.KeyAsync(ct), by, scope, limit, Members, ct);
        var rows = await graph.ReadAsync(
            $"UNWIND $ids AS x MATCH (n:{Vocabulary.AnyObject} {{id: x}}) RETURN n.id, labels(n), n.name",
            new Dictionary<string, object?> { ["ids"] = groups.SelectMany(g => g.Ids).ToArray() },
            ct);
        var shown = rows.Rows.ToDictionary(
            r => (string)r[0]!,
            r => new GroupMember((string)r[0]!, [.. ((object?[])r[1]!).OfType<string>().Where(l => l != Vocabulary.AnyObject)], r[2] as string));
        return new NodeGroups(
            by == Grouping.Communities ? "label_propagation" : "connected_components",
            [.. groups.Select(g => new GroupOfNodes(g.Size, [.. g.Ids.Where(shown.ContainsKey).Select(id => shown[id])]))]);
    }

    public async Task<RankedNodes?> SimilarAsync(string id, string? type, int limit, CancellationToken ct)
    {
        if (await graph.NodeAsync(id, ct) is not { Labels: [var label, ..] })
        {
            return null;
        }

        var edge = type is null ? "" : $"[:{type}]";
        var rows = await graph.ReadAsync(
            $"MATCH (n:{Vocabulary.AnyObject} {{id: $id}})-{edge}-(x) WITH DISTINCT n, x "
            + $"MATCH (x)-{edge}-(m:{Checked(label)}) WHERE m.id <> $id WITH n, m, x LIMIT $most "
            + "WITH n, m, count(DISTINCT x) AS both ORDER BY both DESC, m.id LIMIT $candidates "
            + $"MATCH (m)-{edge}-(y) WITH n, m, both, count(DISTINCT y) AS others "
            + $"MATCH (n)-{edge}-(z) WITH m, both, others, count(DISTINCT z) AS own "
            + "WITH m, toFloat(both) / (own + others - both) AS score RETURN m, score ORDER BY score DESC, m.id LIMIT $limit",
            new Dictionary<string, object?> { ["id"] = id, ["most"] = MaxLinks, ["candidates"] = MaxLimit * 5, ["limit"] = limit },
            ct);
        return new RankedNodes("jaccard", [.. rows.Rows.Select(r => new RankedNode((GraphNode)r[0]!, Math.Round(Convert.ToDouble(r[1], CultureInfo.InvariantCulture), 9)))]);
    }

    private static string Checked(string label) =>
        Vocabulary.IsIdentifier(label) ? label : throw new InvalidOperationException("A label does not come from the vocabulary.");
}
