using System.Runtime.CompilerServices;
using Platform.KnowledgeGraph.Items;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Backups;

/// <summary>A tenant's catalogue as lines and back: items, persons and what waits to be told, then what users did.</summary>
internal sealed class CatalogueBackup(IGraphStore store, Catalogue catalogue)
{
    private static readonly string[] Labels = ["Item", "Person", "Outbox"];

    public async IAsyncEnumerable<GraphLine> ReadAsync(Guid tenant, [EnumeratorCancellation] CancellationToken ct)
    {
        var graph = GraphKey.Catalogue(tenant);
        foreach (var label in Labels)
        {
            await foreach (var (from, to) in catalogue.WindowsAsync(tenant, label, ct))
            {
                var rows = await store.ReadAsync(
                    graph, $"MATCH (n:{label}) WHERE id(n) >= $from AND id(n) < $to RETURN properties(n) ORDER BY id(n)", Window(from, to), ReadLimits.Default, ct);
                foreach (var row in rows.Rows)
                {
                    yield return new GraphLine(Node: new NodeLine(label, (IReadOnlyDictionary<string, object?>)row[0]!));
                }
            }
        }

        await foreach (var (from, to) in catalogue.WindowsAsync(tenant, "Person", ct))
        {
            const string cypher = "MATCH (u:Person)-[e:DID]->(i:Item) WHERE id(u) >= $from AND id(u) < $to RETURN u.id, i.id, properties(e) ORDER BY id(e)";
            await foreach (var page in store.ReadPagesAsync(graph, cypher, Window(from, to), ct))
            {
                foreach (var row in page.Rows)
                {
                    yield return new GraphLine(Edge: new EdgeLine((string)row[0]!, "DID", (string)row[1]!, (IReadOnlyDictionary<string, object?>)row[2]!));
                }
            }
        }
    }

    public Task PrepareAsync(GraphKey graph, CancellationToken ct) => catalogue.PrepareAsync(graph, ct);

    public async Task PutAsync(GraphKey graph, IReadOnlyList<NodeLine> nodes, IReadOnlyList<EdgeLine> edges, CancellationToken ct)
    {
        foreach (var group in nodes.GroupBy(n => n.Label, n => n.Properties))
        {
            if (!Labels.Contains(group.Key))
            {
                throw new ServiceDefaults.BackupException("The part has a line that is not of this version.");
            }

            await store.WriteAsync(graph, $"UNWIND $rows AS row CREATE (n:{group.Key}) SET n = row", new Dictionary<string, object?> { ["rows"] = group.ToArray() }, ct);
        }

        if (edges.Count > 0)
        {
            var rows = edges.Select(e => (object?)new Dictionary<string, object?> { ["s"] = e.Source, ["t"] = e.Target, ["p"] = e.Properties }).ToArray();
            await store.WriteAsync(
                graph,
                "UNWIND $rows AS row WITH row.s AS user, row.t AS item, row.p AS p MATCH (u:Person {id: user}), (i:Item {id: item}) CREATE (u)-[e:DID]->(i) SET e = p",
                new Dictionary<string, object?> { ["rows"] = rows },
                ct);
        }
    }

    private static Dictionary<string, object?> Window(long from, long to) => new() { ["from"] = from, ["to"] = to };
}
