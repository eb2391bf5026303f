using System.Globalization;
using Platform.KnowledgeGraph.Search;

namespace Platform.KnowledgeGraph.Storage;

/// <summary>
/// The vectors of a graph's nodes, in a graph beside it: as properties of the nodes they would come along with every node that is read,
/// and show in every query of a user.
/// </summary>
internal static class FalkorVectors
{
    private const string Label = "Vector";

    public static async Task PrepareAsync(FalkorGraphStore store, GraphKey graph, CancellationToken ct)
    {
        await store.IndexAsync(graph.Vectors, $"CREATE INDEX FOR (n:{Label}) ON (n.id)", ct);
        await store.IndexAsync(
            graph.Vectors,
            string.Create(CultureInfo.InvariantCulture, $"CREATE VECTOR INDEX FOR (n:{Label}) ON (n.v) OPTIONS {{dimension: {LexicalVector.Dimensions}, similarityFunction: 'cosine', M: 8, efConstruction: 64}}"),
            ct);
    }

    public static async Task PutAsync(FalkorGraphStore store, GraphKey graph, IReadOnlyList<(string Id, float[] Vector)> vectors, CancellationToken ct)
    {
        if (vectors.Count > 0)
        {
            var rows = vectors.Select(v => new Dictionary<string, object?> { ["id"] = v.Id, ["v"] = Literal(v.Vector) }).ToArray();
            await store.WriteAsync(
                graph.Vectors, $"UNWIND $rows AS row MERGE (n:{Label} {{id: row.id}}) SET n.v = vecf32(row.v)", new Dictionary<string, object?> { ["rows"] = rows }, ct);
        }
    }

    public static Task RemoveAsync(FalkorGraphStore store, GraphKey graph, IReadOnlyCollection<string> ids, CancellationToken ct) => store.WriteAsync(
        graph.Vectors, $"UNWIND $ids AS x MATCH (n:{Label} {{id: x}}) DELETE n", new Dictionary<string, object?> { ["ids"] = ids }, ct);

    public static async Task<IReadOnlyList<string>> NearestAsync(FalkorGraphStore store, GraphKey graph, float[] vector, int count, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            graph.Vectors,
            $"CALL db.idx.vector.queryNodes('{Label}', 'v', $count, vecf32($v)) YIELD node, score RETURN node.id ORDER BY score, node.id",
            new Dictionary<string, object?> { ["count"] = count, ["v"] = Literal(vector) },
            ReadLimits.Default,
            ct);
        return [.. rows.Rows.Select(r => (string)r[0]!)];
    }

    /// <summary>As decimal numbers of few digits, not as what the nearest binary ones are.</summary>
    private static double[] Literal(float[] vector) => Array.ConvertAll(vector, x => Math.Round((double)x, 4));
}
