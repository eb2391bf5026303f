using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Nodes;

/// <summary>Lists nodes in an order of the caller's choice, each order ended by the id.</summary>
internal sealed class ListNodes(CallerGraph graph)
{
    private static readonly string[] Fields = ["id", "name", "type", "created", "modified"];

    public async Task<Page<GraphNode>> RunAsync(string label, PageRequest page, CancellationToken ct)
    {
        var sort = page.Sort.Count == 0 ? new SortField("id", false) : page.Sort[0];
        if (page.Sort.Count > 1 || !Fields.Contains(sort.Name))
        {
            throw new FaultException(Faults.ValidationFault(page.Version == ApiVersion.V2 ? "sort" : "sort_by", $"must be one of {string.Join(", ", Fields)}"));
        }

        var parameters = new Dictionary<string, object?> { ["skip"] = page.Skip, ["limit"] = page.Limit + 1 };
        var after = "";
        if (page.Cursor is not null)
        {
            var (value, id) = KeysetCursor.Read(page.Cursor);
            parameters["value"] = value;
            parameters["id"] = id;
            after = $"WHERE v {(sort.Descending ? '<' : '>')} $value OR (v = $value AND n.id > $id) ";
        }

        var rows = await graph.ReadAsync(
            $"MATCH (n:{label}) WITH n, coalesce(n.{sort.Name}, '') AS v {after}"
            + $"RETURN n, v ORDER BY v {(sort.Descending ? "DESC" : "ASC")}, n.id SKIP $skip LIMIT $limit",
            parameters,
            ct);
        var items = new List<GraphNode>(page.Limit);
        for (var i = 0; i < rows.Rows.Count && i < page.Limit; i++)
        {
            items.Add((GraphNode)rows.Rows[i][0]!);
        }

        var more = rows.Rows.Count > page.Limit;
        var next = more ? KeysetCursor.Write(rows.Rows[page.Limit - 1][1] as string ?? "", items[^1].Id) : null;
        return new Page<GraphNode>(page, items, page.WithTotal ? await CountAsync(label, ct) : null, page.Version == ApiVersion.V2 ? next : null);
    }

    private async Task<long> CountAsync(string label, CancellationToken ct)
    {
        var rows = await graph.ReadAsync($"MATCH (n:{label}) RETURN count(n)", null, ct);
        return rows.Rows.Count == 0 ? 0 : (long)rows.Rows[0][0]!;
    }
}
