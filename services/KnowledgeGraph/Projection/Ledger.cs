using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Contracts;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Projection;

/// <summary>What the ledger knows of the ids and messages of a batch.</summary>
/// <param name="Applied">Messages that the graphs hold.</param>
/// <param name="Slots">What is known of each id.</param>
/// <param name="Ends">Where relationships are.</param>
/// <param name="Moved">Where relationships may still be in some graph, because moving them was interrupted.</param>
/// <param name="HasWaiting">Whether any relationship waits for its ends.</param>
internal sealed record LedgerState(
    IReadOnlySet<Guid> Applied,
    IReadOnlyDictionary<string, Slots> Slots,
    IReadOnlyDictionary<string, EdgeEnds> Ends,
    IReadOnlyDictionary<string, IReadOnlyList<EdgeEnds>> Moved,
    bool HasWaiting);

/// <summary>A relationship that waits for a node at one of its ends, at one level.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slot">The level.</param>
/// <param name="Code">Its version there; it waits in vain once the ledger knows another.</param>
/// <param name="Ends">Where it belongs.</param>
/// <param name="Properties">What it holds.</param>
internal sealed record WaitingEdge(string Id, int Slot, long Code, EdgeEnds Ends, IReadOnlyDictionary<string, object?> Properties)
{
    public string Key => $"{Slot}|{Id}";
}

/// <summary>
/// What the service must remember beside the graphs it shows: which messages were processed, the newest revision of every
/// id at every level (also of what is gone), and the relationships whose ends are not there. It is a graph of its own, so
/// that none of this can ever be seen, counted or walked through in the graphs that are read.
/// </summary>
internal sealed class Ledger(IGraphStore store, TimeProvider clock)
{
    private static readonly TimeSpan KeepMessages = TimeSpan.FromDays(7);

    private static readonly Dictionary<string, object?> Nothing = [];

    private static readonly string[] WaitingEnds = ["source", "target"];

    private static readonly GraphIndex[] Indexes =
    [
        new("Entry", ["id"]), new("Message", ["id", "at"]), new("Waiting", ["key", "source", "target"]), new("Level", ["slot"]), new("Lag", ["id"]),
        new("FirstAnswer", ["id", "at"]),
    ];

    public Task PrepareAsync(Guid tenant, CancellationToken ct) => PrepareAsync(GraphKey.Ledger(tenant), ct);

    /// <summary>Makes the indexes of a ledger that is built under another key.</summary>
    public Task PrepareAsync(GraphKey ledger, CancellationToken ct) => store.PrepareAsync(ledger, Indexes, ct);

    /// <summary>Everything that is remembered of a tenant, node by node.</summary>
    public async IAsyncEnumerable<(string Label, IReadOnlyDictionary<string, object?> Properties)> EverythingAsync(Guid tenant, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var page in store.ReadPagesAsync(GraphKey.Ledger(tenant), "MATCH (n) RETURN labels(n), properties(n) ORDER BY id(n)", Nothing, ct))
        {
            foreach (var row in page.Rows)
            {
                yield return ((string)((object?[])row[0]!)[0]!, (IReadOnlyDictionary<string, object?>)row[1]!);
            }
        }
    }

    /// <summary>Puts back what was remembered, into a ledger under whatever key.</summary>
    public async Task PutAsync(GraphKey ledger, IEnumerable<(string Label, IReadOnlyDictionary<string, object?> Properties)> nodes, CancellationToken ct)
    {
        foreach (var group in nodes.GroupBy(n => n.Label, n => n.Properties))
        {
            if (!Vocabulary.IsIdentifier(group.Key))
            {
                throw new ArgumentException($"'{group.Key}' is no label.", nameof(nodes));
            }

            await store.WriteAsync(
                ledger, $"UNWIND $rows AS row CREATE (n:{group.Key}) SET n = row", new Dictionary<string, object?> { ["rows"] = group.ToArray() }, ct);
        }
    }

    public Task DropAsync(Guid tenant, CancellationToken ct) => store.DropAsync(GraphKey.Ledger(tenant), ct);

    /// <summary>Forgets everything of a tenant but that it was erased.</summary>
    public async Task EraseAsync(Guid tenant, CancellationToken ct)
    {
        await store.DropAsync(GraphKey.Ledger(tenant), ct);
        await store.WriteAsync(GraphKey.Ledger(tenant), "MERGE (:Erased)", null, ct);
    }

    public async Task<bool> IsErasedAsync(Guid tenant, CancellationToken ct) =>
        (await store.ReadAsync(GraphKey.Ledger(tenant), "MATCH (e:Erased) RETURN 1 LIMIT 1", null, ReadLimits.Default, ct)).Rows.Count > 0;

    public async Task<LedgerState> ReadAsync(Guid tenant, IReadOnlyCollection<Guid> messages, IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        var ledger = GraphKey.Ledger(tenant);
        var applied = new HashSet<Guid>();
        var marks = await store.ReadAsync(
            ledger,
            "UNWIND $ids AS x MATCH (m:Message {id: x}) WHERE m.applied RETURN m.id",
            new Dictionary<string, object?> { ["ids"] = messages.Select(m => m.ToString("D")).ToArray() },
            ReadLimits.Default,
            ct);
        foreach (var row in marks.Rows)
        {
            applied.Add(Guid.Parse((string)row[0]!));
        }

        var entries = await store.ReadAsync(
            ledger,
            "UNWIND $ids AS x MATCH (e:Entry {id: x}) RETURN e.id, e.slots, e.source, e.type, e.target, e.moved",
            new Dictionary<string, object?> { ["ids"] = ids },
            ReadLimits.Default,
            ct);
        var slots = new Dictionary<string, Slots>(entries.Rows.Count);
        var ends = new Dictionary<string, EdgeEnds>();
        var moved = new Dictionary<string, IReadOnlyList<EdgeEnds>>();
        foreach (var row in entries.Rows)
        {
            slots[(string)row[0]!] = new Slots(Array.ConvertAll((object?[])row[1]!, v => (long)v!));
            if (row[2] is string source)
            {
                ends[(string)row[0]!] = new EdgeEnds(source, (string)row[3]!, (string)row[4]!);
            }

            if (row[5] is object?[] { Length: > 0 } old)
            {
                moved[(string)row[0]!] = Array.ConvertAll(old, m => JsonSerializer.Deserialize<EdgeEnds>((string)m!)!);
            }
        }

        var waiting = await store.ReadAsync(ledger, "MATCH (w:Waiting) RETURN count(w)", null, ReadLimits.Default, ct);
        return new LedgerState(applied, slots, ends, moved, waiting.Rows.Count > 0 && (long)waiting.Rows[0][0]! > 0);
    }

    /// <summary>
    /// Records messages together with the change each makes to what is known, in one query. From here on older versions are
    /// refused; the graphs follow, and until <see cref="CompleteAsync"/> a redelivery finishes the work.
    /// </summary>
    public Task RecordAsync(Guid tenant, IReadOnlyList<Incoming> messages, ProjectionPlan plan, CancellationToken ct)
    {
        var added = new List<object?>();
        var entries = new List<object?>();
        foreach (var (id, known) in plan.Slots)
        {
            var end = plan.Ends.GetValueOrDefault(id);
            var moved = plan.Moved.TryGetValue(id, out var old) ? old.Select(m => JsonSerializer.Serialize(m)).ToArray() : null;
            (plan.IsNew(id) ? added : entries).Add(new Dictionary<string, object?>
            {
                ["i"] = id,
                ["v"] = known.Codes,
                ["s"] = end?.Source,
                ["k"] = end?.Type,
                ["t"] = end?.Target,
                ["m"] = moved,
            });
        }

        return store.WriteAsync(
            GraphKey.Ledger(tenant),
            """
            UNWIND $messages AS x MERGE (m:Message {id: x}) ON CREATE SET m.applied = false
            WITH count(*) AS marked
            UNWIND $added AS row CREATE (:Entry {id: row.i, slots: row.v, source: row.s, type: row.k, target: row.t})
            WITH count(*) AS made
            UNWIND $entries AS row MERGE (e:Entry {id: row.i}) SET e.slots = row.v, e.source = row.s, e.type = row.k, e.target = row.t, e.moved = row.m
            """,
            new Dictionary<string, object?> { ["messages"] = messages.Select(m => m.MessageId.ToString("D")).ToArray(), ["added"] = added, ["entries"] = entries },
            ct);
    }

    /// <summary>Notes that the graphs hold what the messages said, and which relationships wait for their ends.</summary>
    public async Task CompleteAsync(
        Guid tenant, IReadOnlyList<Incoming> messages, ProjectionPlan plan, IReadOnlyCollection<WaitingEdge> wait, IReadOnlyCollection<string> noLonger, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await ChangeWaitingAsync(tenant, wait, noLonger, ct);
        var settled = plan.Settled.ToArray();
        if (settled.Length > 0)
        {
            await store.WriteAsync(
                GraphKey.Ledger(tenant),
                "UNWIND $ids AS x MATCH (e:Entry {id: x}) SET e.moved = null",
                new Dictionary<string, object?> { ["ids"] = settled },
                ct);
        }

        var occurred = messages.Max(m => m.OccurredAt);
        await store.WriteAsync(
            GraphKey.Ledger(tenant),
            "UNWIND $messages AS x MATCH (m:Message {id: x}) SET m.applied = true, m.at = $at WITH count(*) AS marked "
            + "MERGE (v:Version) SET v.id = $version WITH v "
            + (occurred is null ? "" : "MERGE (l:Lag {id: 'threat_intel'}) SET l.occurred_at = $occurred, l.applied_at = $at WITH l ")
            + "OPTIONAL MATCH (old:Message) WHERE old.at < $cutoff DELETE old",
            new Dictionary<string, object?>
            {
                ["messages"] = messages.Select(m => m.MessageId.ToString("D")).ToArray(),
                ["version"] = Guid.CreateVersion7(now).ToString("N"),
                ["at"] = now.ToUnixTimeMilliseconds(),
                ["cutoff"] = (now - KeepMessages).ToUnixTimeMilliseconds(),
                ["occurred"] = occurred?.ToUnixTimeMilliseconds(),
            },
            ct);
    }

    /// <summary>Adds and removes waiting relationships.</summary>
    public async Task ChangeWaitingAsync(Guid tenant, IReadOnlyCollection<WaitingEdge> wait, IReadOnlyCollection<string> noLonger, CancellationToken ct)
    {
        var ledger = GraphKey.Ledger(tenant);
        if (noLonger.Count > 0)
        {
            await store.WriteAsync(ledger, "UNWIND $keys AS x MATCH (w:Waiting {key: x}) DELETE w", new Dictionary<string, object?> { ["keys"] = noLonger }, ct);
        }

        foreach (var part in wait.Chunk(1000))
        {
            var rows = Array.ConvertAll(part, w => (object?)new Dictionary<string, object?>
            {
                ["key"] = w.Key,
                ["id"] = w.Id,
                ["slot"] = w.Slot,
                ["code"] = w.Code,
                ["source"] = w.Ends.Source,
                ["type"] = w.Ends.Type,
                ["target"] = w.Ends.Target,
                ["payload"] = JsonSerializer.Serialize(w.Properties),
            });
            await store.WriteAsync(ledger, "UNWIND $rows AS row MERGE (w:Waiting {key: row.key}) SET w = row", new Dictionary<string, object?> { ["rows"] = rows }, ct);
        }
    }

    /// <summary>The relationships that wait, at one level, for one of these nodes.</summary>
    public async Task<IReadOnlyList<WaitingEdge>> WaitingForAsync(Guid tenant, int slot, IReadOnlyCollection<string> nodes, CancellationToken ct)
    {
        var found = new Dictionary<string, WaitingEdge>();
        foreach (var end in WaitingEnds)
        {
            var rows = await store.ReadAsync(
                GraphKey.Ledger(tenant),
                // The id goes through WITH: matched by w.id directly, the store scans every entry for every row.
                $"UNWIND $ids AS x MATCH (w:Waiting {{{end}: x}}) WHERE w.slot = $slot "
                + "WITH w, w.id AS waiting MATCH (e:Entry {id: waiting}) WHERE e.slots[w.slot] = w.code "
                + "RETURN w.id, w.source, w.type, w.target, w.payload, w.code",
                new Dictionary<string, object?> { ["ids"] = nodes, ["slot"] = slot },
                ReadLimits.Default,
                ct);
            Read(rows, slot, found);
        }

        return [.. found.Values];
    }

    /// <summary>Everything that waits at one level waits at another too: done when that level's graph is made.</summary>
    public async Task CopyWaitingAsync(Guid tenant, int from, int to, CancellationToken ct)
    {
        const string query = "MATCH (w:Waiting) WHERE w.slot = $slot RETURN w.id, w.source, w.type, w.target, w.payload, w.code ORDER BY w.key";
        await foreach (var page in store.ReadPagesAsync(GraphKey.Ledger(tenant), query, new Dictionary<string, object?> { ["slot"] = from }, ct))
        {
            var found = new Dictionary<string, WaitingEdge>();
            Read(page, to, found);
            await ChangeWaitingAsync(tenant, found.Values, [], ct);
        }
    }

    /// <summary>The levels whose graphs are complete, in order.</summary>
    public async Task<IReadOnlyList<TlpLevel>> LevelsAsync(Guid tenant, CancellationToken ct)
    {
        var rows = await store.ReadAsync(GraphKey.Ledger(tenant), "MATCH (l:Level) RETURN l.slot ORDER BY l.slot", null, ReadLimits.Default, ct);
        return rows.Rows.Select(r => (TlpLevel)(long)r[0]!).ToArray();
    }

    public Task AddLevelAsync(Guid tenant, TlpLevel level, CancellationToken ct) =>
        store.WriteAsync(GraphKey.Ledger(tenant), "MERGE (:Level {slot: $slot})", new Dictionary<string, object?> { ["slot"] = (int)level }, ct);

    /// <summary>When the newest processed message was written, when it was processed, and how many relationships wait at a level.</summary>
    public async Task<(DateTimeOffset? OccurredAt, DateTimeOffset? AppliedAt, long Waiting)> LagAsync(Guid tenant, TlpLevel level, CancellationToken ct)
    {
        var ledger = GraphKey.Ledger(tenant);
        var lag = await store.ReadAsync(ledger, "MATCH (l:Lag) RETURN l.occurred_at, l.applied_at", null, ReadLimits.Default, ct);
        var waiting = await store.ReadAsync(
            ledger, "MATCH (w:Waiting) WHERE w.slot = $slot RETURN count(w)", new Dictionary<string, object?> { ["slot"] = (int)level }, ReadLimits.Default, ct);
        var count = waiting.Rows.Count == 0 ? 0 : (long)waiting.Rows[0][0]!;
        return lag.Rows.Count == 0
            ? (null, null, count)
            : (DateTimeOffset.FromUnixTimeMilliseconds((long)lag.Rows[0][0]!), DateTimeOffset.FromUnixTimeMilliseconds((long)lag.Rows[0][1]!), count);
    }

    /// <summary>Another text after every change of the tenant's graphs; null before the first.</summary>
    public async Task<string?> VersionAsync(Guid tenant, CancellationToken ct)
    {
        var rows = await store.ReadAsync(GraphKey.Ledger(tenant), "MATCH (v:Version) RETURN v.id", null, ReadLimits.Default, ct);
        return rows.Rows.Count == 0 ? null : (string?)rows.Rows[0][0];
    }

    private static void Read(GraphRows rows, int slot, Dictionary<string, WaitingEdge> found)
    {
        foreach (var row in rows.Rows)
        {
            var properties = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>((string)row[4]!)!;
            var edge = new WaitingEdge(
                (string)row[0]!, slot, (long)row[5]!, new EdgeEnds((string)row[1]!, (string)row[2]!, (string)row[3]!), properties.ToDictionary(p => p.Key, p => (object?)p.Value));
            found[edge.Key] = edge;
        }
    }
}
