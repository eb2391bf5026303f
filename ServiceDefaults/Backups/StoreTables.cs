using System.Text.Json.Serialization;
using Npgsql;

namespace Platform.ServiceDefaults.Backups;

/// <summary>One table of a store as a part names it, before its rows.</summary>
internal sealed record StoredTable(
    [property: JsonPropertyName("table")] string Name,
    IReadOnlyList<string> Columns,
    IReadOnlyList<StoredPartition>? Partitions);

/// <summary>One partition of it.</summary>
/// <param name="Name">The partition's own name.</param>
/// <param name="Bound">Which rows it takes, as PostgreSQL writes it.</param>
internal sealed record StoredPartition(string Name, string Bound);

/// <summary>What a database consists of: asked of the database, so that no table of tomorrow is forgotten.</summary>
internal static class StoreTables
{
    private const string Tables = """
        SELECT c.relname, c.relkind = 'p',
            (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '')
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            AND c.relname <> '__EFMigrationsHistory' AND c.relname <> ALL ($1) ORDER BY c.relname
        """;

    private const string Partitions = """
        SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = format('public.%I', $1::text)::regclass ORDER BY c.relname
        """;

    private const string Migration = "SELECT coalesce(max(\"MigrationId\"), '') FROM \"__EFMigrationsHistory\"";

    public static async Task<IReadOnlyList<StoredTable>> ReadAsync(NpgsqlConnection connection, IReadOnlyCollection<string> left, CancellationToken ct)
    {
        var found = new List<(string Name, bool IsPartitioned, string[] Columns)>();
        await using (var command = new NpgsqlCommand(Tables, connection) { Parameters = { new() { Value = left.ToArray() } } })
        {
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                found.Add((reader.GetString(0), reader.GetBoolean(1), reader.GetFieldValue<string[]>(2)));
            }
        }

        var tables = new List<StoredTable>(found.Count);
        foreach (var (name, isPartitioned, columns) in found)
        {
            tables.Add(new StoredTable(name, columns, isPartitioned ? await PartitionsAsync(connection, name, ct) : null));
        }

        return tables;
    }

    public static async Task<string> MigrationAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Migration, connection);
        return (string)(await command.ExecuteScalarAsync(ct))!;
    }

    public static async Task<List<StoredPartition>> PartitionsAsync(NpgsqlConnection connection, string table, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Partitions, connection) { Parameters = { new() { Value = table } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var partitions = new List<StoredPartition>();
        while (await reader.ReadAsync(ct))
        {
            partitions.Add(new StoredPartition(reader.GetString(0), reader.GetString(1)));
        }

        return partitions;
    }

    public static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
