using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Objects;

/// <summary>Reads one object inside the transaction that will change it.</summary>
internal static class CurrentObject
{
    private const string Sql = """
        SELECT o.type, o.tlp, o.modified, o.revision, o.name, o.country, o.created, v.raw, v.stated_at FROM objects o
        JOIN object_versions v ON v.tenant_id = o.tenant_id AND v.stix_id = o.stix_id AND v.revision = o.revision
        WHERE o.stix_id = $1 AND o.tlp <= $2 AND o.shadowed_from > $2
        """;

    public static async Task<(StixObject Row, StatedObject Stated)?> ReadAsync(TenantSession session, string stixId, TlpLevel clearance, CancellationToken ct)
    {
        await using var command = session.Command(Sql);
        command.Parameters.Add(new() { Value = stixId });
        command.Parameters.Add(new() { Value = (short)clearance });
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
        {
            return null;
        }

        var row = new StixObject
        {
            TenantId = session.TenantId,
            StixId = stixId,
            Type = reader.GetString(0),
            Tlp = (TlpLevel)reader.GetInt16(1),
            Modified = reader.GetFieldValue<DateTimeOffset>(2),
            Revision = reader.GetInt64(3),
            Name = reader.IsDBNull(4) ? null : reader.GetString(4),
            Country = reader.IsDBNull(5) ? null : reader.GetString(5),
            Created = reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6),
        };
        return (row, new StatedObject(RawBytes.Unpack(reader.GetFieldValue<byte[]>(7)), (TlpLevel)reader.GetInt16(8)));
    }
}
