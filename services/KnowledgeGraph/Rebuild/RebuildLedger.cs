using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Rebuild;

/// <summary>A rebuild as it is remembered.</summary>
/// <param name="Id">Which.</param>
/// <param name="RequestedAt">When it was asked for.</param>
/// <param name="CompletedAt">When the graphs held everything of it, and nothing else but what users made.</param>
/// <param name="Parts">How many parts ThreatIntel sends; null until it has said so.</param>
/// <param name="Applied">How many of them the graphs hold.</param>
/// <param name="Removed">How many nodes and relationships went because ThreatIntel has them no more.</param>
internal sealed record KnownRebuild(Guid Id, DateTimeOffset RequestedAt, DateTimeOffset? CompletedAt, long? Parts, long Applied, long Removed)
{
    public bool HasEverything => Parts is { } parts && Applied >= parts;
}

/// <summary>Something that was known when a rebuild began and was not told again.</summary>
internal sealed record Untold(string Id, long[] Codes, EdgeEnds? Ends)
{
    public bool IsThere => Array.Exists(Codes, code => (code & 1) == 1);

    public long Revision => Codes.Max() >> 1;
}

/// <summary>
/// What the ledger remembers of rebuilds. When one begins, every entry is marked; what is told again loses the mark. What came in
/// meanwhile never had it, so that a sweep by it takes nothing that is newer than the rebuild.
/// </summary>
internal sealed class RebuildLedger(IGraphStore store)
{
    private const int EntriesAtOnce = 20_000;
    private const int Kept = 20;

    public async Task BeginAsync(Guid tenant, Guid rebuild, DateTimeOffset now, CancellationToken ct)
    {
        var ledger = GraphKey.Ledger(tenant);
        var last = await store.ReadAsync(ledger, "MATCH (e:Entry) RETURN max(id(e))", null, ReadLimits.Default, ct);
        var end = last.Rows.Count == 0 ? -1 : (long?)last.Rows[0][0] ?? -1;
        for (var start = 0L; start <= end; start += EntriesAtOnce)
        {
            await store.WriteAsync(
                ledger,
                "MATCH (e:Entry) WHERE id(e) >= $start AND id(e) < $end SET e.untold = $id",
                new Dictionary<string, object?> { ["start"] = start, ["end"] = start + EntriesAtOnce, ["id"] = Text(rebuild) },
                ct);
        }

        await store.WriteAsync(
            ledger,
            "MERGE (r:Rebuild {id: $id}) ON CREATE SET r.requested_at = $now, r.done = [], r.removed = 0",
            new Dictionary<string, object?> { ["id"] = Text(rebuild), ["now"] = now.ToUnixTimeMilliseconds() },
            ct);
    }

    /// <summary>Notes that the graphs hold a part; doing so again changes nothing.</summary>
    public async Task TakePartAsync(Guid tenant, Guid rebuild, int part, IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        var ledger = GraphKey.Ledger(tenant);
        await store.WriteAsync(ledger, "UNWIND $ids AS x MATCH (e:Entry {id: x}) SET e.untold = null", new Dictionary<string, object?> { ["ids"] = ids }, ct);
        await store.WriteAsync(
            ledger,
            "MATCH (r:Rebuild {id: $id}) WHERE NOT $part IN r.done SET r.done = r.done + [$part]",
            new Dictionary<string, object?> { ["id"] = Text(rebuild), ["part"] = part },
            ct);
    }

    public Task SetPartsAsync(Guid tenant, Guid rebuild, int parts, CancellationToken ct) => store.WriteAsync(
        GraphKey.Ledger(tenant), "MATCH (r:Rebuild {id: $id}) SET r.parts = $parts", new Dictionary<string, object?> { ["id"] = Text(rebuild), ["parts"] = parts }, ct);

    /// <summary>Some of what was not told again; ask until there is no more, and forget what was dealt with.</summary>
    public async Task<IReadOnlyList<Untold>> UntoldAsync(Guid tenant, Guid rebuild, int most, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            GraphKey.Ledger(tenant),
            "MATCH (e:Entry) WHERE e.untold = $id RETURN e.id, e.slots, e.source, e.type, e.target LIMIT $most",
            new Dictionary<string, object?> { ["id"] = Text(rebuild), ["most"] = most },
            new ReadLimits(TimeSpan.FromSeconds(30)),
            ct);
        return [.. rows.Rows.Select(r => new Untold(
            (string)r[0]!, Array.ConvertAll((object?[])r[1]!, c => (long)c!), r[2] is string source ? new EdgeEnds(source, (string)r[3]!, (string)r[4]!) : null))];
    }

    public Task ForgetAsync(Guid tenant, Guid rebuild, IReadOnlyCollection<string> ids, int removed, CancellationToken ct) => store.WriteAsync(
        GraphKey.Ledger(tenant),
        "MATCH (r:Rebuild {id: $id}) SET r.removed = r.removed + $removed WITH r UNWIND $ids AS x MATCH (e:Entry {id: x}) SET e.untold = null",
        new Dictionary<string, object?> { ["id"] = Text(rebuild), ["ids"] = ids, ["removed"] = removed },
        ct);

    public Task CompleteAsync(Guid tenant, Guid rebuild, DateTimeOffset now, CancellationToken ct) => store.WriteAsync(
        GraphKey.Ledger(tenant),
        "MATCH (r:Rebuild {id: $id}) SET r.completed_at = $now WITH r MATCH (old:Rebuild) WITH old ORDER BY old.requested_at DESC SKIP $kept DELETE old",
        new Dictionary<string, object?> { ["id"] = Text(rebuild), ["now"] = now.ToUnixTimeMilliseconds(), ["kept"] = Kept },
        ct);

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<KnownRebuild>> ListAsync(Guid tenant, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            GraphKey.Ledger(tenant),
            "MATCH (r:Rebuild) RETURN r.id, r.requested_at, r.completed_at, r.parts, size(r.done), r.removed ORDER BY r.requested_at DESC, r.id DESC",
            null,
            ReadLimits.Default,
            ct);
        return [.. rows.Rows.Select(r => new KnownRebuild(
            Guid.Parse((string)r[0]!), Time(r[1])!.Value, Time(r[2]), (long?)r[3], (long)r[4]!, (long)r[5]!))];
    }

    private static DateTimeOffset? Time(object? value) => value is long milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static string Text(Guid rebuild) => rebuild.ToString("D");
}
