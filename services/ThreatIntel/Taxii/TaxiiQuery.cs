using System.Text;
using Npgsql;
using NpgsqlTypes;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Taxii;

/// <summary>A version of an object in a collection.</summary>
internal sealed record TaxiiRow(string Id, DateTimeOffset Version, DateTimeOffset DateAdded, long Revision, TlpLevel Tlp, string SpecVersion, byte[] Raw, TlpLevel StatedAt);

/// <summary>Rows in the order in which they were added, and where the next page begins, if there is one.</summary>
internal sealed record TaxiiPage(IReadOnlyList<TaxiiRow> Rows, string? Next);

/// <summary>
/// Reads collections by the order of adding. Writers of a tenant take turns, so that whatever is added later comes later
/// in that order: a page's end stays where it is while objects come in.
/// </summary>
internal static class TaxiiQuery
{
    private const string Columns = "v.stix_id, v.modified, v.recorded_at, v.revision, v.tlp, coalesce(v.spec_version, '2.1'), v.raw, v.stated_at";

    // Down the index of the order, row by row to the other table, until the page is full. The planner, which believes that
    // the join leaves one row, would join all of it and sort; OFFSET 0 keeps the shape.
    private const string Latest = """
         FROM objects o CROSS JOIN LATERAL (SELECT * FROM object_versions
            WHERE tenant_id = o.tenant_id AND stix_id = o.stix_id AND revision = o.revision OFFSET 0) v
        WHERE o.tlp <= $1 AND o.shadowed_from > $1
        """;

    // Of a version that was corrected without a new number only the correction counts.
    private const string Any = """
         FROM object_versions v CROSS JOIN LATERAL (SELECT * FROM objects
            WHERE tenant_id = v.tenant_id AND stix_id = v.stix_id AND tlp <= $1 AND shadowed_from > $1 OFFSET 0) o
        WHERE v.tlp <= $1
          AND NOT EXISTS (SELECT 1 FROM object_versions n WHERE n.tenant_id = v.tenant_id AND n.stix_id = v.stix_id
              AND n.modified = v.modified AND n.revision > v.revision AND n.tlp <= $1 OFFSET 0)
        """;

    private const string FirstOf = """
        v.revision = (SELECT f.revision FROM object_versions f WHERE f.tenant_id = v.tenant_id AND f.stix_id = v.stix_id AND f.tlp <= $1
            ORDER BY f.modified, f.revision LIMIT 1)
        """;

    public static async Task<TaxiiPage> ReadAsync(TenantSession session, TaxiiScope scope, TlpLevel clearance, TaxiiFilter filter, CancellationToken ct)
    {
        await using var command = Command(session, scope, clearance, filter);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<TaxiiRow>();
        while (await reader.ReadAsync(ct))
        {
            if (rows.Count == filter.Limit)
            {
                return new TaxiiPage(rows, new TaxiiPosition(rows[^1].DateAdded, rows[^1].Revision).Encode());
            }

            rows.Add(new TaxiiRow(
                reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetInt64(3),
                (TlpLevel)reader.GetInt16(4), reader.GetString(5), RawBytes.Unpack(reader.GetFieldValue<byte[]>(6)), (TlpLevel)reader.GetInt16(7)));
        }

        return new TaxiiPage(rows, null);
    }

    internal static NpgsqlCommand Command(TenantSession session, TaxiiScope scope, TlpLevel clearance, TaxiiFilter filter)
    {
#pragma warning disable CA2100 // Put together below out of constants; every value is a parameter.
        var command = session.Command("");
        var sql = new StringBuilder("SELECT ").Append(Columns).Append(filter.IsLatest ? Latest : Any);
        // $1 is the clearance.
        Parameter(NpgsqlDbType.Smallint, (short)clearance);
        if (scope.Level is { } level)
        {
            sql.Append($" AND o.tlp = {Parameter(NpgsqlDbType.Smallint, (short)level)}");
        }

        Match("o.type", scope.Types);
        Match("o.type", filter.Types);
        Match("o.stix_id", filter.Ids);
        Match("coalesce(v.spec_version, '2.1')", filter.SpecVersions);
        var (added, revision) = filter.IsLatest ? ("o.updated_at", "o.revision") : ("v.recorded_at", "v.revision");
        if (filter.AddedAfter is { } after)
        {
            sql.Append($" AND {added} > {Parameter(NpgsqlDbType.TimestampTz, after)}");
        }

        if (filter.Next is { } next)
        {
            sql.Append($" AND ({added}, {revision}) > ({Parameter(NpgsqlDbType.TimestampTz, next.DateAdded)}, {Parameter(NpgsqlDbType.Bigint, next.Revision)})");
        }

        if (!filter.IsLatest && !filter.All)
        {
            var versions = new List<string>();
            if (filter.Last)
            {
                versions.Add("v.revision = o.revision");
            }

            if (filter.First)
            {
                versions.Add(FirstOf);
            }

            if (filter.Versions.Length > 0)
            {
                versions.Add($"v.modified = ANY({Parameter(NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, filter.Versions)})");
            }

            sql.Append($" AND ({string.Join(" OR ", versions)})");
        }

        sql.Append(ObjectQueries.Connected).Append($" ORDER BY {added}, {revision} LIMIT {Parameter(NpgsqlDbType.Integer, filter.Limit + 1)}");
        command.CommandText = sql.ToString();
#pragma warning restore CA2100
        return command;

        string Parameter(NpgsqlDbType type, object value)
        {
            command.Parameters.Add(new() { Value = value, NpgsqlDbType = type });
            return "$" + command.Parameters.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        void Match(string column, string[]? values)
        {
            // Of one type an index has the order, of several none does.
            if (values is [var value])
            {
                sql.Append($" AND {column} = {Parameter(NpgsqlDbType.Text, value)}");
            }
            else if (values is not null)
            {
                sql.Append($" AND {column} = ANY({Parameter(NpgsqlDbType.Array | NpgsqlDbType.Text, values)})");
            }
        }
    }
}
