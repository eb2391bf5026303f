using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Nodes;

/// <summary>Lists the relationships of one node in the order of their ids.</summary>
internal sealed class ListRelationships(CallerGraph graph)
{
    public async Task<Page<GraphRelationship>> RunAsync(string node, string? type, string direction, PageRequest page, CancellationToken ct)
    {
        var sort = page.Sort.Count == 0 ? new SortField("id", false) : page.Sort[0];
        if (page.Sort.Count > 1 || sort.Name != "id")
        {
            throw new FaultException(Faults.ValidationFault(page.Version == ApiVersion.V2 ? "sort" : "sort_by", "must be id"));
        }

        var parameters = new Dictionary<string, object?> { ["node"] = node, ["skip"] = page.Skip, ["limit"] = page.Limit + 1 };
        var after = "";
        if (page.Cursor is not null)
        {
            parameters["id"] = KeysetCursor.Read(page.Cursor).Id;
            after = $"WHERE e.id {(sort.Descending ? '<' : '>')} $id ";
        }

        var match = Match(type, direction);
        var rows = await graph.ReadAsync(
            $"{match} {after}RETURN e ORDER BY e.id {(sort.Descending ? "DESC" : "ASC")} SKIP $skip LIMIT $limit", parameters, ct);
        var items = new List<GraphRelationship>(page.Limit);
        for (var i = 0; i < rows.Rows.Count && i < page.Limit; i++)
        {
            items.Add((GraphRelationship)rows.Rows[i][0]!);
        }

        long? total = null;
        if (page.WithTotal)
        {
            var count = await graph.ReadAsync($"{match} RETURN count(e)", parameters, ct);
            total = count.Rows.Count == 0 ? 0 : (long)count.Rows[0][0]!;
        }

        var next = rows.Rows.Count > page.Limit && page.Version == ApiVersion.V2 ? KeysetCursor.Write("", items[^1].Id) : null;
        return new Page<GraphRelationship>(page, items, total, next);
    }

    /// <summary>A relationship from a node to itself comes up once: WITH DISTINCT.</summary>
    private static string Match(string? type, string direction)
    {
        var e = type is null ? "[e]" : $"[e:{type}]";
        var arrow = direction switch
        {
            "out" => $"-{e}->",
            "in" => $"<-{e}-",
            _ => $"-{e}-",
        };
        return $"MATCH (n:{Vocabulary.AnyObject} {{id: $node}}){arrow}() WITH DISTINCT e";
    }
}
