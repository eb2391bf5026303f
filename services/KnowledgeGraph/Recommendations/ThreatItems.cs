using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>A node of the caller's graph, as an item.</summary>
internal sealed record ThreatItem(string Id, string? Name, string Type, bool IsCurrent);

/// <summary>Threat objects as items: what is in a graph may be shown to those who read it, and nothing else.</summary>
internal sealed class ThreatItems(IGraphStore store)
{
    /// <summary>What a query returns of a node <c>m</c> so that <see cref="Read"/> reads it.</summary>
    public const string Fields = "m.id, coalesce(m.name, m.value), m.type, m.revoked, m.deprecated";

    private const int IdsAtOnce = 2000;

    /// <summary>Those of the ids that a graph holds.</summary>
    public async Task<IReadOnlyDictionary<string, ThreatItem>> AmongAsync(GraphKey graph, IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        var found = new Dictionary<string, ThreatItem>(ids.Count);
        foreach (var part in ids.Chunk(IdsAtOnce))
        {
            var rows = await store.ReadAsync(
                graph, $"UNWIND $ids AS x MATCH (m:{Vocabulary.AnyObject} {{id: x}}) RETURN {Fields}", new Dictionary<string, object?> { ["ids"] = part }, ReadLimits.Default, ct);
            foreach (var row in rows.Rows)
            {
                var item = Read(row);
                found[item.Id] = item;
            }
        }

        return found;
    }

    public static ThreatItem Read(object?[] row) =>
        new((string)row[0]!, row[1] as string, row[2] as string ?? "", row[3] is not true && row[4] is not true);
}
