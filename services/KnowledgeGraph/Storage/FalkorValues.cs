using FalkorDb;

namespace Platform.KnowledgeGraph.Storage;

/// <summary>Turns FalkorDB's values into the API's: internal ids become the objects' own ids.</summary>
internal sealed class FalkorValues(Func<IReadOnlyCollection<long>, CancellationToken, Task<IReadOnlyDictionary<long, string>>> idsOf)
{
    private readonly Dictionary<long, string> _ids = [];
    private readonly HashSet<long> _unknown = [];

    /// <summary>Converts rows in place.</summary>
    public async Task<IReadOnlyList<object?[]>> ConvertAsync(IReadOnlyList<object?[]> rows, CancellationToken ct)
    {
        foreach (var row in rows)
        {
            foreach (var value in row)
            {
                Collect(value);
            }
        }

        _unknown.ExceptWith(_ids.Keys);
        if (_unknown.Count > 0)
        {
            foreach (var (internalId, id) in await idsOf(_unknown, ct))
            {
                _ids[internalId] = id;
            }
        }

        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = Convert(row[i]);
            }
        }

        return rows;
    }

    private void Collect(object? value)
    {
        switch (value)
        {
            case Node node:
                _ids[node.Id] = IdOf(node.Properties);
                break;
            case Edge edge:
                _unknown.Add(edge.SourceId);
                _unknown.Add(edge.TargetId);
                break;
            case GraphPath path:
                foreach (var node in path.Nodes)
                {
                    _ids[node.Id] = IdOf(node.Properties);
                }

                break;
            case object?[] list:
                foreach (var item in list)
                {
                    Collect(item);
                }

                break;
            case Dictionary<string, object?> map:
                foreach (var item in map.Values)
                {
                    Collect(item);
                }

                break;
        }
    }

    private object? Convert(object? value) => value switch
    {
        Node node => ToNode(node),
        Edge edge => ToRelationship(edge),
        GraphPath path => new FoundPath(path.Edges.Count, path.Nodes.Select(ToNode).ToArray(), path.Edges.Select(ToRelationship).ToArray()),
        object?[] list => Array.ConvertAll(list, Convert),
        Dictionary<string, object?> map => map.ToDictionary(p => p.Key, p => Convert(p.Value)),
        Point point => new Dictionary<string, object?> { ["latitude"] = point.Latitude, ["longitude"] = point.Longitude },
        DateOnly date => date.ToString("O"),
        TimeOnly time => time.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture),
        CypherDuration duration => System.Xml.XmlConvert.ToString(TimeSpan.FromSeconds(duration.TotalSeconds)),
        _ => value,
    };

    public static GraphNode ToNode(Node node)
    {
        var labels = new List<string>(node.Labels.Count);
        foreach (var label in node.Labels)
        {
            if (label != Vocabulary.AnyObject)
            {
                labels.Add(label);
            }
        }

        return new GraphNode(IdOf(node.Properties), labels, node.Properties.GetValueOrDefault("name") as string, Rest(node.Properties, "name"));
    }

    private GraphRelationship ToRelationship(Edge edge) => new(
        IdOf(edge.Properties), edge.Type, _ids.GetValueOrDefault(edge.SourceId, ""), _ids.GetValueOrDefault(edge.TargetId, ""), Rest(edge.Properties, null));

    private static string IdOf(IReadOnlyDictionary<string, object?> properties) => properties.GetValueOrDefault("id") as string ?? "";

    private static Dictionary<string, object?> Rest(IReadOnlyDictionary<string, object?> properties, string? lifted)
    {
        var rest = new Dictionary<string, object?>(properties.Count);
        foreach (var (key, value) in properties)
        {
            if (key != "id" && key != lifted)
            {
                rest[key] = value;
            }
        }

        return rest;
    }
}
