using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Objects;

/// <summary>Reads objects by their ids as the caller sees them, in one statement.</summary>
internal sealed class ReadManyObjects(NpgsqlDataSource source, VisibleRefs refs, CallContext call)
{
    private const string Sql = $"""
        SELECT o.stix_id, o.type, o.name, o.tlp, o.revoked, o.created, o.modified, v.raw, v.stated_at
        FROM objects o JOIN object_versions v ON v.tenant_id = o.tenant_id AND v.stix_id = o.stix_id AND v.revision = o.revision
        WHERE o.stix_id = ANY ($2) AND o.tlp <= $1 AND o.shadowed_from > $1 {ObjectQueries.Connected}
        """;

    /// <summary>Those that are there, in no order; a relationship with a hidden end is not.</summary>
    public async Task<IReadOnlyList<ObjectResource>> RunAsync(string[] ids, CancellationToken ct)
    {
        var (rows, stated) = await FindAsync(ids, ct);
        var shown = await refs.ShowAsync(stated, ct);
        var items = new List<ObjectResource>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            if (shown[i] is { } raw)
            {
                items.Add(rows[i] with { Object = new RawStix(raw) });
            }
        }

        return items;
    }

    private async Task<(List<ObjectResource> Rows, List<StatedObject> Stated)> FindAsync(string[] ids, CancellationToken ct)
    {
        var (rows, stated) = (new List<ObjectResource>(ids.Length), new List<StatedObject>(ids.Length));
        var statement = new NpgsqlBatchCommand(Sql)
        {
            Parameters = { new NpgsqlParameter<short> { TypedValue = (short)call.Clearance }, new NpgsqlParameter<string[]> { TypedValue = ids } },
        };
        await using var read = await TenantRead.RunAsync(source, call.TenantId, statement, ct);
        var row = read.Rows;
        while (await row.ReadAsync(ct))
        {
            var raw = RawBytes.Unpack(row.GetFieldValue<byte[]>(7));
            stated.Add(new StatedObject(raw, (TlpLevel)row.GetInt16(8)));
            rows.Add(new ObjectResource(
                row.GetString(0),
                row.GetString(1),
                row.IsDBNull(2) ? null : row.GetString(2),
                (TlpLevel)row.GetInt16(3),
                row.GetBoolean(4),
                row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5),
                row.GetFieldValue<DateTimeOffset>(6),
                new RawStix(raw)));
        }

        return (rows, stated);
    }
}
