using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Platform.TestSupport;

/// <summary>
/// Many indicators in a short time: the database makes the rows itself. Of four in a row one is for an address, one for
/// a domain, one for a hash and one for a URL; <see cref="ValueOf"/> says which value a number has.
/// </summary>
public static class IndicatorFill
{
    /// <summary>Domains are spread over so many parents.</summary>
    public const int Parents = 5_000;

    private const string Numbers = """
        CREATE TEMPORARY TABLE fill ON COMMIT DROP AS
        SELECT n, type, value, 'indicator--' || uuid AS stix_id, uuid, $4 + n AS revision,
            timestamptz '2026-01-01' + n * interval '1 second' AS at,
            '[' || path || ' = ''' || value || ''']' AS pattern
        FROM (SELECT n, encode(substring(sha256(('fill' || n)::bytea) FROM 1 FOR 6), 'hex') AS noise,
                encode(substring(sha256(('id' || n)::bytea) FROM 1 FOR 16), 'hex')::uuid AS uuid FROM generate_series($2::int, $3::int - 1) n) numbers,
            LATERAL (SELECT CASE n % 4 WHEN 0 THEN 'ipv4-addr' WHEN 1 THEN 'domain-name' WHEN 2 THEN 'sha-256' ELSE 'url' END AS type,
                CASE n % 4 WHEN 0 THEN 'ipv4-addr:value' WHEN 1 THEN 'domain-name:value' WHEN 2 THEN 'file:hashes.''SHA-256''' ELSE 'url:value' END AS path,
                CASE n % 4 WHEN 0 THEN host('11.0.0.0'::inet + n) WHEN 1 THEN 'h' || n || '.d' || n % 5000 || '.fill.example'
                    WHEN 2 THEN encode(sha256(n::text::bytea), 'hex') ELSE 'https://w' || n || '.fill.example/' || noise END AS value) made
        WHERE $1 IS NOT NULL
        """;

    private static readonly string[] Inserts =
    [
        """
        INSERT INTO objects (tenant_id, stix_id, tlp, shadowed_from, type, name, created, modified, revoked, deprecated, revision, content_hash, created_at, updated_at)
        SELECT $1, stix_id, 0, 5, 'indicator', value, at, at, false, false, revision, uuid, at, at FROM fill
        """,
        """
        INSERT INTO object_versions (tenant_id, stix_id, revision, tlp, modified, content_hash, spec_version, raw, recorded_at)
        SELECT $1, stix_id, revision, 0, at, uuid, '2.1', '\x00'::bytea || convert_to(json_build_object('type', 'indicator', 'spec_version', '2.1', 'id', stix_id,
            'created', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'modified', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'name', value, 'pattern', pattern, 'pattern_type', 'stix', 'valid_from', '2026-01-01T00:00:00Z')::text, 'UTF8'), at FROM fill
        """,
        """
        INSERT INTO indicators (tenant_id, stix_id, tlp, shadowed_from, name, pattern, pattern_type, indicator_type, value, severity, confidence, indicator_types, labels,
            phases, valid_from, created, recorded_at, modified, revoked, revision, search_text)
        SELECT $1, stix_id, 0, 5, value, pattern, 'stix', type, value, 'medium', n % 101, '{}', '{}', '{}', timestamptz '2026-01-01', at, at, at, false, revision, value FROM fill
        """,
        """
        INSERT INTO indicator_values (tenant_id, value_key, stix_id, tlp, type, value)
        SELECT $1, encode(substring(sha256(convert_to(type || E'\n' || value, 'UTF8')) FROM 1 FOR 16), 'hex')::uuid, stix_id, 0, type, value FROM fill
        """,
    ];

    private const string Indexes = """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid IN ('objects'::regclass, 'object_versions'::regclass, 'indicators'::regclass, 'indicator_values'::regclass) AND NOT indisprimary
        """;

    /// <summary>Adds the indicators from one number to another, as the server's owner.</summary>
    /// <param name="owner">How the owner connects.</param>
    /// <param name="tenant">Whose they are.</param>
    /// <param name="from">The first number.</param>
    /// <param name="to">The number behind the last.</param>
    /// <param name="ct">Stops the work.</param>
    /// <param name="isAlone">Nobody else uses the tables: indexes are made anew afterwards, and no figures are kept meanwhile.</param>
    public static async Task AddAsync(string owner, Guid tenant, int from, int to, CancellationToken ct, bool isAlone = false)
    {
        await using var connection = new NpgsqlConnection(owner);
        await connection.OpenAsync(ct);
        var revision = await ReserveAsync(connection, to - from, ct);
        await using (var transaction = await connection.BeginTransactionAsync(ct))
        {
            var indexes = isAlone ? await IndexesAsync(connection, ct) : [];
            if (isAlone)
            {
                await ExecuteAsync(connection, "SET LOCAL session_replication_role = replica; SET LOCAL maintenance_work_mem = '512MB'", ct);
            }

            foreach (var (name, _) in indexes)
            {
                await ExecuteAsync(connection, $"DROP INDEX {name}", ct);
            }

            await ExecuteAsync(connection, Numbers, ct, tenant, from, to, revision - from);
            foreach (var insert in Inserts)
            {
                await ExecuteAsync(connection, insert, ct, tenant);
            }

            foreach (var (_, definition) in indexes)
            {
                await ExecuteAsync(connection, definition, ct);
            }

            await transaction.CommitAsync(ct);
        }

        await ExecuteAsync(connection, "VACUUM (ANALYZE) objects, object_versions, indicators, indicator_values", ct);
    }

    /// <summary>The value of an indicator.</summary>
    public static string ValueOf(int number) => (number % 4) switch
    {
        0 => $"11.{(number >> 16) & 255}.{(number >> 8) & 255}.{number & 255}",
        1 => $"h{number}.d{number % Parents}.fill.example",
        2 => Convert.ToHexStringLower(Hash(Text(number))),
        _ => $"https://w{number}.fill.example/{Convert.ToHexStringLower(Hash("fill" + Text(number)).AsSpan(0, 6))}",
    };

    /// <summary>The id of an indicator.</summary>
    public static string IdOf(int number) => "indicator--" + new Guid(Hash("id" + Text(number)).AsSpan(0, 16), bigEndian: true);

    /// <summary>When an indicator was made and added.</summary>
    public static DateTimeOffset TimeOf(int number) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(number);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static async Task<List<(string Name, string Definition)>> IndexesAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Indexes, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var indexes = new List<(string, string)>();
        while (await reader.ReadAsync(ct))
        {
            indexes.Add((reader.GetString(0), reader.GetString(1)));
        }

        return indexes;
    }

    private static async Task<long> ReserveAsync(NpgsqlConnection connection, int count, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT setval('object_revisions', nextval('object_revisions') + $1) - $1", connection) { Parameters = { new() { Value = (long)count } } };
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
#pragma warning disable CA2100 // Constants of this class, and what the database says of itself.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(ct);
    }
}
