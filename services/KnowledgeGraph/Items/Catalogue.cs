using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Contracts;
using Platform.KnowledgeGraph.Pipeline;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Items;

/// <summary>
/// The graph that holds a tenant's items, what users did with them, and what of this is still to be told
/// (<c>kg:{tenant}:catalogue</c>): apart from the graphs of the levels, so that no query of theirs meets it.
/// </summary>
internal sealed class Catalogue(IGraphStore store, Ledger ledger)
{
    private const string Fields = "i.id, i.type, i.name, i.description, i.tags, i.attributes, i.created_at, i.updated_at, i.version";
    private const int IdsPerWindow = 500;

    private static readonly GraphIndex[] Indexes = [new("Item", ["id"]), new("Person", ["id"]), new("Outbox", ["seq"])];

    /// <summary>Makes the graph with its indexes; of a tenant that was erased, none comes back.</summary>
    public async Task PrepareAsync(Guid tenant, CancellationToken ct)
    {
        if (await ledger.IsErasedAsync(tenant, ct))
        {
            throw new FaultException(new Fault(ErrorCodes.NotFound, "There is no such tenant."));
        }

        await PrepareAsync(GraphKey.Catalogue(tenant), ct);
    }

    /// <summary>Makes the indexes of one that is built under another key.</summary>
    public Task PrepareAsync(GraphKey catalogue, CancellationToken ct) => store.PrepareAsync(catalogue, Indexes, ct);

    public async Task<Item?> FindAsync(Guid tenant, string id, CancellationToken ct)
    {
        var rows = await ReadAsync(tenant, $"MATCH (i:Item {{id: $id}}) WHERE i.listed RETURN {Fields}", new() { ["id"] = id }, ct);
        return rows.Rows.Count == 0 ? null : Read(rows.Rows[0]);
    }

    /// <summary>A page of the catalogue, by one field and then by id.</summary>
    public async Task<Page<Item>> ListAsync(Guid tenant, string? type, PageRequest page, string field, bool descending, CancellationToken ct)
    {
        var parameters = new Dictionary<string, object?> { ["skip"] = page.Skip, ["limit"] = page.Limit + 1, ["type"] = type };
        var match = $"MATCH (i:Item) WHERE i.listed{(type is null ? "" : " AND i.type = $type")}";
        var after = "";
        if (page.Cursor is not null)
        {
            (parameters["value"], parameters["id"]) = KeysetCursor.Read(page.Cursor);
            after = $"WHERE v {(descending ? '<' : '>')} $value OR (v = $value AND i.id > $id) ";
        }

        var rows = await ReadAsync(
            tenant,
            $"{match} WITH i, coalesce(toString(i.{field}), '') AS v {after}RETURN {Fields}, v ORDER BY v {(descending ? "DESC" : "ASC")}, i.id SKIP $skip LIMIT $limit",
            parameters,
            ct);
        var items = rows.Rows.Take(page.Limit).Select(Read).ToArray();
        long? total = null;
        if (page.WithTotal)
        {
            var count = await ReadAsync(tenant, $"{match} RETURN count(i)", parameters, ct);
            total = count.Rows.Count == 0 ? 0 : (long)count.Rows[0][0]!;
        }

        var next = rows.Rows.Count > page.Limit && page.Version == ApiVersion.V2 ? KeysetCursor.Write((string)rows.Rows[page.Limit - 1][9]!, items[^1].Id) : null;
        return new Page<Item>(page, items, total, next);
    }

    /// <summary>Puts items, whatever was there, together with the event that says so.</summary>
    public Task PutAsync(Guid tenant, IReadOnlyList<Item> items, OutboxEntry said, CancellationToken ct)
    {
        var rows = new object?[items.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var item = items[i];
            rows[i] = new Dictionary<string, object?>
            {
                ["id"] = item.Id,
                ["type"] = item.Type,
                ["name"] = item.Name,
                ["description"] = item.Description,
                ["tags"] = item.Tags,
                ["attributes"] = JsonSerializer.Serialize(item.Attributes),
            };
        }

        return store.WriteAsync(
            GraphKey.Catalogue(tenant),
            "UNWIND $rows AS row MERGE (i:Item {id: row.id}) SET i.listed = true, i.type = row.type, i.name = row.name, i.description = row.description, "
            + "i.tags = row.tags, i.attributes = row.attributes, i.created_at = coalesce(i.created_at, $o_at), i.updated_at = $o_at, i.version = coalesce(i.version, 0) + 1 "
            + "WITH count(*) AS done " + OutboxEntry.Clause,
            said.With(new() { ["rows"] = rows }),
            ct);
    }

    /// <summary>Removes an item with what was told of it.</summary>
    public Task RemoveAsync(Guid tenant, string id, OutboxEntry said, CancellationToken ct) => store.WriteAsync(
        GraphKey.Catalogue(tenant),
        "MATCH (i:Item {id: $id}) DETACH DELETE i WITH count(*) AS done " + OutboxEntry.Clause,
        said.With(new() { ["id"] = id }),
        ct);

    /// <summary>Everything in the catalogue.</summary>
    public async IAsyncEnumerable<Item> EverythingAsync(Guid tenant, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var (from, to) in WindowsAsync(tenant, "Item", ct))
        {
            var rows = await ReadAsync(
                tenant, $"MATCH (i:Item) WHERE id(i) >= $from AND id(i) < $to AND i.listed RETURN {Fields}", new() { ["from"] = from, ["to"] = to }, ct);
            foreach (var row in rows.Rows)
            {
                yield return Read(row);
            }
        }
    }

    /// <summary>Windows over the store's own ids, so that each read stays small.</summary>
    public async IAsyncEnumerable<(long From, long To)> WindowsAsync(Guid tenant, string label, [EnumeratorCancellation] CancellationToken ct)
    {
        var last = await ReadAsync(tenant, $"MATCH (n:{label}) RETURN max(id(n))", [], ct);
        var end = last.Rows.Count == 0 ? -1 : (long?)last.Rows[0][0] ?? -1;
        for (long from = 0; from <= end; from += IdsPerWindow)
        {
            yield return (from, from + IdsPerWindow);
        }
    }

    private Task<GraphRows> ReadAsync(Guid tenant, string cypher, Dictionary<string, object?> parameters, CancellationToken ct) =>
        store.ReadAsync(GraphKey.Catalogue(tenant), cypher, parameters, ReadLimits.Default, ct);

    private static Item Read(object?[] row) => new(
        (string)row[0]!,
        (string)row[1]!,
        row[2] as string,
        row[3] as string,
        row[4] is object?[] tags ? Array.ConvertAll(tags, t => (string)t!) : [],
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>((string)row[5]!)!,
        DateTimeOffset.FromUnixTimeMilliseconds((long)row[6]!),
        DateTimeOffset.FromUnixTimeMilliseconds((long)row[7]!),
        (long)row[8]!);
}
