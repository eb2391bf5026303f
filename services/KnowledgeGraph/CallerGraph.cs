using Platform.Contracts;
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
    public Task<GraphKey> KeyAsync(CancellationToken ct) => KeyAsync(null, ct);

    /// <summary>The caller's graph with nothing in it above a level, where they ask for less than they may see.</summary>
    public async Task<GraphKey> KeyAsync(TlpLevel? atMost, CancellationToken ct)
    {
        var level = atMost is { } asked && asked < call.Clearance ? asked : call.Clearance;
        return (await graphs.ForReaderAsync(call.TenantId, level, ct))?.Graph ?? GraphKey.None(call.TenantId);
    }

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

    /// <summary>Those of some nodes that are there and that the caller may see, by id.</summary>
    public async Task<Dictionary<string, GraphNode>> NodesAsync(IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        var rows = await ReadAsync($"UNWIND $ids AS x MATCH (n:{Vocabulary.AnyObject} {{id: x}}) RETURN n", new Dictionary<string, object?> { ["ids"] = ids }, ct);
        return rows.Rows.Select(r => (GraphNode)r[0]!).ToDictionary(n => n.Id);
    }
}
