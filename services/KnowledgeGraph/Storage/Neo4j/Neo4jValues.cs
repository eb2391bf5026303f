namespace Platform.KnowledgeGraph.Storage.Neo4j;

/// <summary>Turns Neo4j's values into the API's: element ids become the objects' own ids.</summary>
internal static class Neo4jValues
{
    /// <summary>The vector of a node, which no reader is shown.</summary>
    public const string Vector = "_lexical";

    /// <param name="answer">Of the server.</param>
    /// <param name="idsOf">The own ids of nodes that are only named by relationships.</param>
    /// <param name="ct">Ends the work.</param>
    public static async Task<IReadOnlyList<object?[]>> ConvertAsync(
        Neo4jAnswer answer, Func<IReadOnlyCollection<string>, CancellationToken, Task<IReadOnlyDictionary<string, string>>> idsOf, CancellationToken ct)
    {
        var rows = answer.Values.Select(row => row.EnumerateArray().Select(Neo4jJson.Read).ToArray()).ToArray();
        var (ids, ends) = (new Dictionary<string, string>(), new HashSet<string>());
        foreach (var value in rows.SelectMany(r => r))
        {
            Collect(value, ids, ends);
        }

        ends.ExceptWith(ids.Keys);
        if (ends.Count > 0)
        {
            foreach (var (element, id) in await idsOf(ends, ct))
            {
                ids[element] = id;
            }
        }

        return Array.ConvertAll(rows, row => Array.ConvertAll(row, value => Convert(value, ids)));
    }

    private static void Collect(object? value, Dictionary<string, string> ids, HashSet<string> ends)
    {
        switch (value)
        {
            case Neo4jNode node:
                ids[node.ElementId] = IdOf(node.Properties);
                break;
            case Neo4jEdge edge:
                ends.Add(edge.Source);
                ends.Add(edge.Target);
                break;
            case Neo4jPath path:
                Collect(path.Items.ToArray(), ids, ends);
                break;
            case object?[] list:
                foreach (var item in list)
                {
                    Collect(item, ids, ends);
                }

                break;
            case Dictionary<string, object?> map:
                Collect(map.Values.ToArray(), ids, ends);
                break;
        }
    }

    private static object? Convert(object? value, Dictionary<string, string> ids) => value switch
    {
        Neo4jNode node => NodeOf(node),
        Neo4jEdge edge => EdgeOf(edge, ids),
        Neo4jPath path => new FoundPath(
            path.Items.Count / 2, [.. path.Items.OfType<Neo4jNode>().Select(NodeOf)], [.. path.Items.OfType<Neo4jEdge>().Select(e => EdgeOf(e, ids))]),
        object?[] list => Array.ConvertAll(list, i => Convert(i, ids)),
        Dictionary<string, object?> map => map.Where(p => p.Key != Vector).ToDictionary(p => p.Key, p => Convert(p.Value, ids)),
        _ => value,
    };

    private static GraphNode NodeOf(Neo4jNode node) => new(
        IdOf(node.Properties),
        [.. node.Labels.Where(l => l != Vocabulary.AnyObject)],
        node.Properties.GetValueOrDefault("name") as string,
        node.Properties.Where(p => p.Key is not ("id" or "name" or Vector)).ToDictionary());

    private static GraphRelationship EdgeOf(Neo4jEdge edge, Dictionary<string, string> ids) => new(
        IdOf(edge.Properties), edge.Type, ids.GetValueOrDefault(edge.Source, ""), ids.GetValueOrDefault(edge.Target, ""),
        edge.Properties.Where(p => p.Key != "id").ToDictionary());

    private static string IdOf(IReadOnlyDictionary<string, object?> properties) => properties.GetValueOrDefault("id") as string ?? "";
}
