using Npgsql;
using NpgsqlTypes;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Relationships;

/// <summary>The first relationships of many objects, in one statement.</summary>
internal sealed class ReadRelationshipsOf(NpgsqlDataSource source, CallContext call)
{
    private const string Columns =
        "r.stix_id, r.relationship_type, r.source_ref, r.target_ref, r.description, r.confidence, r.count, r.start_time, r.stop_time, r.tlp, r.revoked, r.created, r.modified";

    /// <summary>
    /// As in <see cref="Objects.ObjectQueries.VisibleRelationships"/>, for a reader of the clearance <c>$2</c>; whether an object that is
    /// asked for is seen itself is looked up once for all its relationships. One that leads from an object to itself starts at it.
    /// </summary>
    private const string Sql = $"""
        SELECT w.id, f.* FROM unnest($1) AS w(id)
        CROSS JOIN LATERAL (SELECT $2 = 4 OR EXISTS (SELECT 1 FROM objects o WHERE o.stix_id = w.id AND o.tlp <= $2 AND o.shadowed_from > $2) AS seen OFFSET 0) s
        CROSS JOIN LATERAL (
            (SELECT {Columns} FROM relationships r
                WHERE $3 AND r.source_ref = w.id AND {Asked}
                  AND ($2 = 4 OR (EXISTS (SELECT 1 FROM objects o WHERE o.stix_id = r.target_ref AND o.tlp <= $2 AND o.shadowed_from > $2)
                    AND (s.seen OR (r.relationship_type = 'sighting-of' AND NOT EXISTS (SELECT 1 FROM objects o WHERE o.stix_id = r.source_ref)))))
                ORDER BY r.stix_id COLLATE "C" LIMIT $5)
            UNION ALL
            (SELECT {Columns} FROM relationships r
                WHERE $4 AND s.seen AND r.target_ref = w.id AND NOT ($3 AND r.source_ref = w.id) AND {Asked}
                  AND ($2 = 4 OR EXISTS (SELECT 1 FROM objects o WHERE o.stix_id = r.source_ref AND o.tlp <= $2 AND o.shadowed_from > $2)
                    OR (r.relationship_type = 'sighting-of' AND NOT EXISTS (SELECT 1 FROM objects o WHERE o.stix_id = r.source_ref)))
                ORDER BY r.stix_id COLLATE "C" LIMIT $5)) f
        ORDER BY f.stix_id COLLATE "C"
        """;

    private const string Asked = """
        r.tlp <= $2 AND r.shadowed_from > $2 AND ($6 IS NULL OR r.relationship_type = ANY ($6)) AND ($7 IS NULL OR r.stix_id COLLATE "C" > $7)
        """;

    public async Task<RelationshipLists> RunAsync(RelationshipsOf request, CancellationToken ct)
    {
        string[] refs = [.. request.Refs.Distinct()];
        var found = refs.ToDictionary(id => id, _ => new List<RelationshipResource>(), StringComparer.Ordinal);
        await using (var read = await TenantRead.RunAsync(source, call.TenantId, Statement(refs, request), ct))
        {
            while (await read.Rows.ReadAsync(ct))
            {
                found[read.Rows.GetString(0)].Add(Relationship(read.Rows));
            }
        }

        // One more than asked for tells whether there are more.
        return new RelationshipLists(Array.ConvertAll(refs, id =>
        {
            var list = found[id];
            var hasMore = list.Count > request.Limit;
            return new RelationshipList(id, hasMore ? list[..request.Limit] : list, hasMore);
        }));
    }

    private NpgsqlBatchCommand Statement(string[] refs, RelationshipsOf request) => new(Sql)
    {
        Parameters =
        {
            new NpgsqlParameter<string[]> { TypedValue = refs },
            new NpgsqlParameter<short> { TypedValue = (short)call.Clearance },
            new NpgsqlParameter<bool> { TypedValue = request.Direction != "in" },
            new NpgsqlParameter<bool> { TypedValue = request.Direction != "out" },
            new NpgsqlParameter<int> { TypedValue = request.Limit + 1 },
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = request.RelationshipTypes is { Count: > 0 } types ? types.ToArray() : DBNull.Value },
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)request.After ?? DBNull.Value },
        },
    };

    private static RelationshipResource Relationship(NpgsqlDataReader row) => new(
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.IsDBNull(5) ? null : row.GetString(5),
        row.IsDBNull(6) ? null : row.GetInt32(6),
        row.IsDBNull(7) ? null : row.GetInt32(7),
        row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8),
        row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
        (TlpLevel)row.GetInt16(10),
        row.GetBoolean(11),
        row.IsDBNull(12) ? null : row.GetFieldValue<DateTimeOffset>(12),
        row.GetFieldValue<DateTimeOffset>(13));
}
