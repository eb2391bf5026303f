using System.Text.Json;
using Platform.TestSupport;

namespace Platform.Benchmarks.Proofs;

/// <summary>What a tenant holds, in the store and in the graph.</summary>
/// <param name="Lost">Acknowledged objects that are not in the store.</param>
/// <param name="Doubled">Objects that are there more than once.</param>
/// <param name="GraphMissing">Nodes and relationships that the store has and the graph has not.</param>
/// <param name="GraphDoubled">Nodes and relationships that the graph has more than once.</param>
internal sealed record Tally(int Lost, int Doubled, int GraphMissing, int GraphDoubled)
{
    private static readonly TimeSpan GraphPatience = TimeSpan.FromMinutes(3);

    /// <summary>Counts, once the graph has caught up or will not any more.</summary>
    /// <param name="expected">Ids of all that was acknowledged.</param>
    /// <param name="names">Names given to single writes: each must be there once, whatever its id.</param>
    public static async Task<Tally> CountAsync(Api client, IReadOnlyCollection<string> expected, IReadOnlyCollection<string> names, CancellationToken ct)
    {
        using var export = await client.SendAsync(HttpMethod.Get, "/api/v2/threat-intel/export");
        export.EnsureSuccessStatusCode();
        using var bundle = await JsonDocument.ParseAsync(await export.Content.ReadAsStreamAsync(ct), cancellationToken: ct);
        var objects = bundle.RootElement.GetProperty("objects").EnumerateArray()
            .Select(o => (Id: o.GetProperty("id").GetString()!, Name: o.TryGetProperty("name", out var name) ? name.GetString() : null)).ToList();
        var ids = objects.Select(o => o.Id).ToHashSet();
        var written = names.ToHashSet();
        var byName = objects.Where(o => o.Name is not null && written.Contains(o.Name)).GroupBy(o => o.Name).Sum(g => g.Count() - 1);

        var relationships = ids.Count(id => id.StartsWith("relationship--", StringComparison.Ordinal));
        var wanted = (Nodes: ids.Count - relationships, Relationships: relationships);
        Graph graph = new(0, 0, 0, 0);
        try
        {
            await Eventually.TrueAsync(
                async () => (graph = await CountGraphAsync(client)) is var g && g.Nodes >= wanted.Nodes && g.Relationships >= wanted.Relationships,
                GraphPatience, ct, "The graph");
        }
        catch (TimeoutException)
        {
            // What is missing by now is missing.
        }

        return new Tally(
            expected.Count(id => !ids.Contains(id)),
            objects.Count - ids.Count + byName,
            Math.Max(0, wanted.Nodes - graph.DistinctNodes) + Math.Max(0, wanted.Relationships - graph.DistinctRelationships),
            graph.Nodes - graph.DistinctNodes + graph.Relationships - graph.DistinctRelationships);
    }

    private static async Task<Graph> CountGraphAsync(Api client)
    {
        var nodes = await RowAsync(client, "MATCH (n:Object) WHERE n.name IS NOT NULL RETURN count(n) AS n, count(DISTINCT n.id) AS d");
        var relationships = await RowAsync(client, "MATCH (a:Object)-[r]->(b:Object) WHERE r.id STARTS WITH 'relationship--' RETURN count(r) AS n, count(DISTINCT r.id) AS d");
        return new Graph(nodes.All, nodes.Distinct, relationships.All, relationships.Distinct);
    }

    private static async Task<(int All, int Distinct)> RowAsync(Api client, string cypher)
    {
        using var response = await client.SendAsync(HttpMethod.Post, "/api/v2/knowledge-graph/query", new { cypher });
        if (!response.IsSuccessStatusCode)
        {
            return (0, 0);
        }

        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("results") is var rows && rows.GetArrayLength() == 1
            ? (rows[0].GetProperty("n").GetInt32(), rows[0].GetProperty("d").GetInt32())
            : (0, 0);
    }

    private sealed record Graph(int Nodes, int DistinctNodes, int Relationships, int DistinctRelationships);
}
