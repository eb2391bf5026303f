using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Pipeline;

/// <summary>What a tenant's catalogue still has to tell, in the order of the changes.</summary>
internal sealed class CatalogueOutbox(IGraphStore store)
{
    private const int AtOnce = 50;

    /// <summary>The next entries that a lane has not told.</summary>
    public async Task<IReadOnlyList<OutboxEntry>> NextAsync(Guid tenant, string lane, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            GraphKey.Catalogue(tenant),
            $"MATCH (o:Outbox) WHERE o.{lane} IS NULL AND o.refused_by_{lane} IS NULL "
            + "RETURN o.id, o.seq, o.type, o.body, o.actor, o.trace, o.at ORDER BY o.seq LIMIT $limit",
            new Dictionary<string, object?> { ["limit"] = AtOnce },
            ReadLimits.Default,
            ct);
        return rows.Rows.Select(r => new OutboxEntry(
            Guid.Parse((string)r[0]!), (long)r[1]!, (string)r[2]!, (string)r[3]!, r[4] as string, r[5] as string, (long)r[6]!)).ToArray();
    }

    /// <summary>A lane has told an entry; once all have, it goes.</summary>
    public async Task ToldAsync(Guid tenant, OutboxEntry entry, string lane, IReadOnlyList<string> lanes, CancellationToken ct)
    {
        // Two queries: in one, the store moves the condition before the change it asks about. The lane that is last finds all told.
        await store.WriteAsync(GraphKey.Catalogue(tenant), $"MATCH (o:Outbox {{seq: $seq}}) WHERE o.id = $id SET o.{lane} = true", Key(entry), ct);
        await store.WriteAsync(GraphKey.Catalogue(tenant), $"MATCH (o:Outbox {{seq: $seq}}) WHERE o.id = $id AND {All(lanes)} DELETE o", Key(entry), ct);
    }

    /// <summary>Takes out what an interruption left although all lanes have told it.</summary>
    public Task SweepAsync(Guid tenant, IReadOnlyList<string> lanes, CancellationToken ct) =>
        store.WriteAsync(GraphKey.Catalogue(tenant), $"MATCH (o:Outbox) WHERE {All(lanes)} DELETE o", null, ct);

    /// <summary>An entry that was refused for good stays, out of the way of the others.</summary>
    public Task RefusedAsync(Guid tenant, OutboxEntry entry, string lane, string why, CancellationToken ct)
    {
        var parameters = Key(entry);
        parameters["why"] = why;
        return store.WriteAsync(GraphKey.Catalogue(tenant), $"MATCH (o:Outbox {{seq: $seq}}) WHERE o.id = $id SET o.refused_by_{lane} = $why", parameters, ct);
    }

    /// <summary>What was refused is tried again: done at each start.</summary>
    public Task TryAgainAsync(Guid tenant, string lane, CancellationToken ct) => store.WriteAsync(
        GraphKey.Catalogue(tenant), $"MATCH (o:Outbox) WHERE o.refused_by_{lane} IS NOT NULL SET o.refused_by_{lane} = NULL", null, ct);

    private static string All(IReadOnlyList<string> lanes) => string.Join(" AND ", lanes.Select(l => $"o.{l}"));

    private static Dictionary<string, object?> Key(OutboxEntry entry) => new() { ["seq"] = entry.Seq, ["id"] = entry.Id.ToString("D") };
}
