using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Campaigns;
using Platform.ThreatIntel.Indicators;
using Platform.ThreatIntel.Relationships;
using Platform.ThreatIntel.Storage;
using Platform.ThreatIntel.ThreatActors;

namespace Platform.ThreatIntel.Objects;

/// <summary>Who writes, and for which import.</summary>
internal sealed record Writer(TlpLevel Clearance, string Actor, Guid? ImportId = null)
{
    /// <summary>Whether the same source has named this id before, in an earlier batch.</summary>
    public Func<string, bool> SeenBefore { get; init; } = _ => false;

    /// <summary>Before when what changed is not told to others; null for at once.</summary>
    public DateTimeOffset? TellFrom { get; init; }

    /// <summary>
    /// Up to which level the objects' references were known to those who state them: their own clearance, unless they
    /// hand on what others stated.
    /// </summary>
    public TlpLevel? StatedAt { get; init; }
}

/// <summary>What became of each object of a batch, in its order.</summary>
internal sealed record WriteReport(IReadOnlyList<MergeOutcome> Outcomes)
{
    public int Count(MergeOutcome outcome) => Outcomes.Count(found => found == outcome);
}

/// <summary>
/// The one way in which objects change: decides by <see cref="MergePlan"/>, writes rows and versions in bulk and puts
/// the events into the outbox, all in the session's transaction. Writers of one tenant take turns.
/// </summary>
internal sealed class ObjectWriter(ThreatIntelDb db, TimeProvider clock)
{
    private const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7160301))";

    // One step down the primary key for each id, whatever the planner believes of the tenant's size; OFFSET 0 keeps the shape.
    private const string Stored = """
        SELECT o.* FROM unnest($1::text[]) AS wanted(id) CROSS JOIN LATERAL (
            SELECT stix_id, tlp, shadowed_from, modified, content_hash, revision, import_id, created_at FROM objects WHERE stix_id = wanted.id OFFSET 0) o
        """;

    private const string Versions = """
        SELECT v.* FROM unnest($1::text[]) AS wanted(id) CROSS JOIN LATERAL (
            SELECT stix_id, content_hash FROM object_versions WHERE stix_id = wanted.id AND tlp <= $2 OFFSET 0) v
        """;

    private const string Bytes = """
        SELECT o.stix_id, v.raw FROM unnest($1::text[]) AS wanted(id)
        CROSS JOIN LATERAL (SELECT stix_id, revision FROM objects WHERE stix_id = wanted.id AND tlp <= $2 AND shadowed_from > $2 OFFSET 0) o
        CROSS JOIN LATERAL (SELECT raw FROM object_versions WHERE stix_id = o.stix_id AND revision = o.revision OFFSET 0) v
        """;

    private const string Revisions = "SELECT nextval('object_revisions') FROM generate_series(1, $1)";

    private static readonly string[] Tables = ["objects", "relationships", "threat_actors", "campaigns", "indicators", "indicator_values"];

    /// <summary>Writes a batch; the caller commits.</summary>
    public async Task<WriteReport> WriteAsync(TenantSession session, IReadOnlyList<IncomingObject> batch, Writer writer, CancellationToken ct)
    {
        await LockAsync(session, ct);
        var now = clock.GetUtcNow().ToMicroseconds();
        var plan = await PlanAsync(session, batch, writer, now, ct);
        var outcomes = new MergeOutcome[batch.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = plan.Add(batch[i]);
        }

        var writes = plan.History.Concat(plan.Current).ToArray();
        if (writes.Length > 0)
        {
            await DeleteAsync(session, plan.Removals, ct);
            var revisions = await RevisionsAsync(session, writes.Length, ct);
            var written = new WrittenObject[writes.Length];
            Parallel.For(0, writes.Length, new ParallelOptions { CancellationToken = ct, MaxDegreeOfParallelism = 2 }, i =>
                // A microsecond apart, so that the time of recording is an order (TAXII pages by it).
                written[i] = WrittenObject.From(writes[i], session.TenantId, writer, revisions[i], now.AddMicroseconds(i)));
            var events = Task.Run(() => OutboxRows.Of(EventBatches.Of(written), now), ct);
            await StoreAsync(session, written, ct);
            await OutboxWriter.WriteAsync(session, await events, writer.Actor, null, now, ct, writer.TellFrom);
        }

        return new WriteReport(outcomes);
    }

    /// <summary>Deletes the rows of an object that the writer sees; false when there are none.</summary>
    public async Task<bool> DeleteAsync(TenantSession session, string stixId, Writer writer, CancellationToken ct)
    {
        await LockAsync(session, ct);
        var rows = await StoredAsync(session, [stixId], ct);
        var seen = rows.Where(row => row.Tlp <= writer.Clearance).ToList();
        if (seen.Count == 0)
        {
            return false;
        }

        await DeleteAsync(session, [.. seen.Select(row => (row.StixId, row.Tlp))], ct);
        var revision = (await RevisionsAsync(session, 1, ct))[0];
        TlpLevel? hidden = rows.Count == seen.Count ? null : rows.Where(row => row.Tlp > writer.Clearance).Min(row => row.Tlp);
        var type = stixId[..stixId.IndexOf("--", StringComparison.Ordinal)];
        var removed = new ThreatObjectsRemoved([new RemovedObject(stixId, type, revision, hidden)]);
        await OutboxWriter.WriteAsync(session, [removed], writer.Actor, null, clock.GetUtcNow(), ct);
        return true;
    }

    /// <summary>Takes the tenant's turn to write, until the transaction ends; taking it again does no harm.</summary>
    public static async Task LockAsync(TenantSession session, CancellationToken ct)
    {
        await using var command = session.Command(Lock);
        command.Parameters.Add(new() { Value = session.TenantId.ToString("N") });
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<MergePlan> PlanAsync(
        TenantSession session, IReadOnlyList<IncomingObject> batch, Writer writer, DateTimeOffset now, CancellationToken ct)
    {
        var ids = batch.Select(item => item.StixId).Distinct().ToArray();
        var stored = (await StoredAsync(session, ids, ct)).ToLookup(row => row.StixId);
        var plan = new MergePlan(writer, now, stored);
        var differing = new HashSet<string>();
        var sameVersion = new HashSet<string>();
        foreach (var item in batch)
        {
            var (versions, bytes) = plan.Needs(item);
            if (versions)
            {
                differing.Add(item.StixId);
            }

            if (bytes)
            {
                sameVersion.Add(item.StixId);
            }
        }

        return differing.Count == 0 ? plan : new MergePlan(writer, now, stored)
        {
            KnownVersions = (await VersionsAsync(session, [.. differing], writer.Clearance, ct)).ToLookup(pair => pair.Id, pair => pair.Hash),
            StoredRaw = await BytesAsync(session, [.. sameVersion], writer.Clearance, ct),
        };
    }

    private static async Task<List<StoredObject>> StoredAsync(TenantSession session, string[] ids, CancellationToken ct)
    {
        await using var command = session.Command(Stored);
        command.Parameters.Add(new() { Value = ids });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<StoredObject>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new StoredObject(
                reader.GetString(0), (TlpLevel)reader.GetInt16(1), reader.GetInt16(2), reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetGuid(4), reader.GetInt64(5), reader.IsDBNull(6) ? null : reader.GetGuid(6), reader.GetFieldValue<DateTimeOffset>(7)));
        }

        return rows;
    }

    private static async Task<List<(string Id, Guid Hash)>> VersionsAsync(TenantSession session, string[] ids, TlpLevel clearance, CancellationToken ct)
    {
        await using var command = session.Command(Versions);
        command.Parameters.Add(new() { Value = ids });
        command.Parameters.Add(new() { Value = (short)clearance });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<(string, Guid)>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add((reader.GetString(0), reader.GetGuid(1)));
        }

        return rows;
    }

    private static async Task<Dictionary<string, byte[]>> BytesAsync(TenantSession session, string[] ids, TlpLevel clearance, CancellationToken ct)
    {
        await using var command = session.Command(Bytes);
        command.Parameters.Add(new() { Value = ids });
        command.Parameters.Add(new() { Value = (short)clearance });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new Dictionary<string, byte[]>();
        while (await reader.ReadAsync(ct))
        {
            rows[reader.GetString(0)] = RawBytes.Unpack(reader.GetFieldValue<byte[]>(1));
        }

        return rows;
    }

    private static async Task<long[]> RevisionsAsync(TenantSession session, int count, CancellationToken ct)
    {
        await using var command = session.Command(Revisions);
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var revisions = new long[count];
        for (var i = 0; await reader.ReadAsync(ct); i++)
        {
            revisions[i] = reader.GetInt64(0);
        }

        return revisions;
    }

    private static async Task DeleteAsync(TenantSession session, IReadOnlyCollection<(string Id, TlpLevel Tlp)> rows, CancellationToken ct)
    {
        if (rows.Count == 0)
        {
            return;
        }

        foreach (var table in Tables)
        {
#pragma warning disable CA2100 // The table names are ours.
            await using var command = session.Command(
                $"DELETE FROM {table} t USING unnest($1::text[], $2::smallint[]) AS r(id, tlp) WHERE t.stix_id = r.id AND t.tlp = r.tlp");
#pragma warning restore CA2100
            command.Parameters.Add(new() { Value = rows.Select(row => row.Id).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(row => (short)row.Tlp).ToArray() });
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    private async Task StoreAsync(TenantSession session, WrittenObject[] written, CancellationToken ct)
    {
        await BulkTable<StixObject>.For(db).UpsertAsync(session, [.. written.Where(w => w.Object is not null).Select(w => w.Object!)], ct);
        await BulkTable<ObjectVersion>.For(db).UpsertAsync(session, [.. written.Select(w => w.Version)], ct);
        await BulkTable<StixRelationship>.For(db).UpsertAsync(session, [.. written.Where(w => w.Relationship is not null).Select(w => w.Relationship!)], ct);
        await BulkTable<ThreatActor>.For(db).UpsertAsync(session, [.. written.Where(w => w.Actor is not null).Select(w => w.Actor!)], ct);
        await BulkTable<Campaign>.For(db).UpsertAsync(session, [.. written.Where(w => w.Campaign is not null).Select(w => w.Campaign!)], ct);
        var indicators = written.Where(w => w.Indicator is not null).ToList();
        if (indicators.Count == 0)
        {
            return;
        }

        await BulkTable<Indicator>.For(db).UpsertAsync(session, [.. indicators.Select(w => w.Indicator!)], ct);
        await using (var command = session.Command("DELETE FROM indicator_values v USING unnest($1::text[], $2::smallint[]) AS r(id, tlp) WHERE v.stix_id = r.id AND v.tlp = r.tlp"))
        {
            command.Parameters.Add(new() { Value = indicators.Select(w => w.Indicator!.StixId).ToArray() });
            command.Parameters.Add(new() { Value = indicators.Select(w => (short)w.Indicator!.Tlp).ToArray() });
            await command.ExecuteNonQueryAsync(ct);
        }

        await BulkTable<IndicatorValue>.For(db).UpsertAsync(session, [.. indicators.SelectMany(w => w.Values)], ct);
    }
}
