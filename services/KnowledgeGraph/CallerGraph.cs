using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph;

/// <summary>The one graph that the caller of this request may read, and reads of it.</summary>
internal sealed class CallerGraph(CallContext call, LevelGraphs graphs, IGraphStore store)
{
    /// <summary>
    /// The caller's graph. A tenant without anything that the caller may see has none; the key is then one that never
    /// exists, and a graph that does not exist reads as an empty one.
    /// </summary>
    public async Task<GraphKey> KeyAsync(CancellationToken ct) =>
        (await graphs.ForReaderAsync(call.TenantId, call.Clearance, ct))?.Graph ?? GraphKey.None(call.TenantId);

    public async Task<GraphRows> ReadAsync(string cypher, IReadOnlyDictionary<string, object?>? parameters, CancellationToken ct) =>
        await store.ReadAsync(await KeyAsync(ct), cypher, parameters, ReadLimits.Default, ct);

    /// <summary>One node, or null where there is none that the caller may see.</summary>
    public async Task<GraphNode?> NodeAsync(string id, CancellationToken ct)
    {
        if (id.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        var rows = await ReadAsync($"MATCH (n:{Vocabulary.AnyObject} {{id: $id}}) RETURN n", new Dictionary<string, object?> { ["id"] = id }, ct);
        return rows.Rows.Count == 0 ? null : (GraphNode)rows.Rows[0][0]!;
    }
}
