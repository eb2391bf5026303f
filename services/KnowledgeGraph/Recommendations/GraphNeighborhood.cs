using System.Globalization;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>A threat object near to what somebody works on.</summary>
/// <param name="Item">The object.</param>
/// <param name="Score">How near, above 0.</param>
/// <param name="Seed">The object it is near to.</param>
/// <param name="How">In words that the seed's name follows.</param>
internal sealed record NearItem(ThreatItem Item, double Score, string Seed, string How);

/// <summary>
/// Threat objects close to some others in one graph: those related to them directly, and those that share neighbours
/// with them, each shared neighbour counting the less the more it has itself (Adamic and Adar, 2003). Hubs, which everything
/// shares, are not walked through.
/// </summary>
internal sealed class GraphNeighborhood(IGraphStore store)
{
    private const int MostEdges = 2000;
    private const int MostBridges = 100;
    private const int HubDegree = 300;
    private const int MostFound = 200;

    /// <summary>What nobody works on: who made an object, how it is marked, how a matrix is laid out.</summary>
    private static readonly string[] Structural = ["identity", "marking-definition", "location", "language-content", "extension-definition"];

    private const string IsWork = "NOT m.type IN $structural AND NOT m.type STARTS WITH 'x-mitre-'";

    /// <summary>The nearest, best first.</summary>
    /// <param name="graph">The caller's graph.</param>
    /// <param name="seeds">What they work on, with a weight of each.</param>
    /// <param name="ct">Ends the work.</param>
    public async Task<IReadOnlyList<NearItem>> FindAsync(GraphKey graph, IReadOnlyDictionary<string, double> seeds, CancellationToken ct)
    {
        var found = new Dictionary<string, NearItem>();
        var bridges = new Dictionary<string, Bridge>();
        var direct = await ReadAsync(
            graph,
            $"UNWIND $seeds AS s MATCH (n:{Vocabulary.AnyObject} {{id: s}})-[e]-(m) WITH DISTINCT s, m, type(e) AS t RETURN {ThreatItems.Fields}, s, t ORDER BY s, m.id, t LIMIT {MostEdges}",
            new() { ["seeds"] = seeds.Keys.ToArray() },
            ct);
        foreach (var row in direct.Rows)
        {
            var item = ThreatItems.Read(row);
            var seed = (string)row[5]!;
            if (!bridges.TryGetValue(item.Id, out var bridge))
            {
                bridges[item.Id] = bridge = new Bridge(item, seed);
            }

            bridge.Weight += seeds[seed];
            if (!seeds.ContainsKey(item.Id) && !Structural.Contains(item.Type) && !item.Type.StartsWith("x-mitre-", StringComparison.Ordinal))
            {
                Add(found, item, seeds[seed], seed, Relation((string)row[6]!));
            }
        }

        foreach (var row in (await SharedAsync(graph, bridges, ct)).Rows)
        {
            var item = ThreatItems.Read(row);
            if (!seeds.ContainsKey(item.Id) && bridges.TryGetValue((string)((object?[])row[6]!)[0]!, out var over))
            {
                Add(found, item, Convert.ToDouble(row[5], CultureInfo.InvariantCulture), over.Seed, $"Shares {over.Item.Name ?? over.Item.Id} with");
            }
        }

        return [.. found.Values.OrderByDescending(n => n.Score).ThenBy(n => n.Item.Id, StringComparer.Ordinal).Take(MostFound)];
    }

    private async Task<GraphRows> SharedAsync(GraphKey graph, Dictionary<string, Bridge> bridges, CancellationToken ct)
    {
        if (bridges.Count == 0)
        {
            return GraphRows.Empty;
        }

        var degrees = await ReadAsync(
            graph,
            $"UNWIND $ids AS x MATCH (z:{Vocabulary.AnyObject} {{id: x}})-[e]-() RETURN x, count(e)",
            new() { ["ids"] = bridges.Keys.Order(StringComparer.Ordinal).Take(MostEdges / 4).ToArray() },
            ct);
        var walked = degrees.Rows.Select(r => (Id: (string)r[0]!, Degree: (long)r[1]!)).Where(d => d.Degree is > 1 and <= HubDegree)
            .OrderBy(d => d.Degree).ThenBy(d => d.Id, StringComparer.Ordinal).Take(MostBridges)
            .Select(d => (object?)new Dictionary<string, object?> { ["id"] = d.Id, ["w"] = bridges[d.Id].Weight / Math.Log(1 + d.Degree) }).ToArray();
        return await ReadAsync(
            graph,
            $"UNWIND $bridges AS b WITH b.id AS bridge, b.w AS w MATCH (z:{Vocabulary.AnyObject} {{id: bridge}})--(m) WHERE {IsWork} WITH DISTINCT m, bridge, w "
            + $"WITH m, sum(w) AS score, collect(bridge) AS via RETURN {ThreatItems.Fields}, score, via ORDER BY score DESC, m.id LIMIT {MostFound}",
            new() { ["bridges"] = walked, ["structural"] = Structural },
            ct);
    }

    private static void Add(Dictionary<string, NearItem> found, ThreatItem item, double score, string seed, string text)
    {
        // What is near in several ways is nearer; the first way is the one that is told.
        found[item.Id] = found.TryGetValue(item.Id, out var known) ? known with { Score = known.Score + score } : new NearItem(item, score, seed, text);
    }

    private static string Relation(string type) => $"Related ({type.ToLowerInvariant().Replace('_', ' ')}) to";

    private Task<GraphRows> ReadAsync(GraphKey graph, string cypher, Dictionary<string, object?> parameters, CancellationToken ct) =>
        store.ReadAsync(graph, cypher, parameters, ReadLimits.Default, ct);

    private sealed class Bridge(ThreatItem item, string seed)
    {
        public ThreatItem Item => item;

        public string Seed => seed;

        public double Weight { get; set; }
    }
}
