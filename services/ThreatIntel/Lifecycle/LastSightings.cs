using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Lifecycle;

/// <summary>When indicators were last seen, as far as the caller may know.</summary>
internal sealed class LastSightings(NpgsqlDataSource source, CallContext call)
{
    /// <summary>
    /// The latest sighting of <c>wanted.id</c>, an indicator that a reader of the clearance <c>$2</c> sees. A sighting counts as in
    /// <see cref="Objects.ObjectQueries.VisibleRelationships"/>: who saw it is seen too, or stored nowhere.
    /// </summary>
    public const string Latest = """
        SELECT max(coalesce(r.stop_time, r.start_time, r.modified)) AS at FROM relationships r
        WHERE r.target_ref = wanted.id AND r.relationship_type = 'sighting-of' AND r.tlp <= $2 AND r.shadowed_from > $2 AND NOT r.revoked
          AND ($2 = 4 OR EXISTS (SELECT 1 FROM objects o WHERE o.stix_id = r.source_ref AND o.tlp <= $2 AND o.shadowed_from > $2)
            OR NOT EXISTS (SELECT 1 FROM objects o WHERE o.stix_id = r.source_ref))
        """;

    private const string Sql = $"SELECT wanted.id, s.at FROM unnest($1) AS wanted(id) CROSS JOIN LATERAL ({Latest}) s WHERE s.at IS NOT NULL";

    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> ReadAsync(string[] ids, CancellationToken ct)
    {
        var latest = new Dictionary<string, DateTimeOffset>();
        if (ids.Length == 0)
        {
            return latest;
        }

        var statement = new NpgsqlBatchCommand(Sql)
        {
            Parameters = { new NpgsqlParameter<string[]> { TypedValue = ids }, new NpgsqlParameter<short> { TypedValue = (short)call.Clearance } },
        };
        await using var read = await TenantRead.RunAsync(source, call.TenantId, statement, ct);
        while (await read.Rows.ReadAsync(ct))
        {
            latest[read.Rows.GetString(0)] = read.Rows.GetFieldValue<DateTimeOffset>(1);
        }

        return latest;
    }
}
