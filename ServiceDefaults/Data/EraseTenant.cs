using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Platform.ServiceDefaults;

/// <summary>
/// Takes every row of a tenant out of a service's database: out of every table that has a <c>tenant_id</c>, whatever the
/// model knows of it, so that a table of tomorrow is not forgotten. Runs inside the tenant: row-level security bounds
/// what goes.
/// </summary>
public static class EraseTenant
{
    /// <summary>Events that wait to be sent are not the service's to read; they drain by themselves.</summary>
    private const string Outbox = "outbox";

    /// <summary>Tables after those that refer to them, partitions left to their table.</summary>
    private const string Tables = """
        WITH RECURSIVE own AS (
            SELECT c.oid, c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition),
        level AS (
            SELECT oid, 0 AS depth FROM own
            UNION
            SELECT f.confrelid, l.depth + 1 FROM level l JOIN pg_constraint f ON f.conrelid = l.oid AND f.contype = 'f' AND f.confrelid <> f.conrelid
            WHERE l.depth < 20)
        SELECT o.relname FROM own o JOIN level l USING (oid) GROUP BY o.relname ORDER BY max(l.depth), o.relname
        """;

    /// <summary>Erases in the context's transaction, makes sure that nothing is left, and tells how many rows there were.</summary>
    /// <param name="db">A context inside the tenant, with a transaction.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="kept">Tables whose rows stay, with a reason of the service's own.</param>
    /// <param name="ct">Stops the work.</param>
    public static async Task<long> RunAsync(PlatformDbContext db, Guid tenantId, IReadOnlyCollection<string> kept, CancellationToken ct)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var erased = 0L;
        foreach (var table in await TablesAsync(connection, ct))
        {
            if (table != Outbox && !kept.Contains(table))
            {
                erased += await ExecuteAsync(connection, $"DELETE FROM {Quote(table)} WHERE tenant_id = $1", tenantId, ct);
            }
        }

        foreach (var table in await TablesAsync(connection, ct))
        {
            if (table != Outbox && !kept.Contains(table) && await LeftAsync(connection, table, tenantId, ct))
            {
                throw new InvalidOperationException($"Rows of tenant {tenantId} are still in {table}.");
            }
        }

        return erased;
    }

    private static async Task<List<string>> TablesAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Tables, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var tables = new List<string>();
        while (await reader.ReadAsync(ct))
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }

    private static async Task<bool> LeftAsync(NpgsqlConnection connection, string table, Guid tenantId, CancellationToken ct)
    {
        await using var command = Command(connection, $"SELECT EXISTS (SELECT FROM {Quote(table)} WHERE tenant_id = $1)", tenantId);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, Guid tenantId, CancellationToken ct)
    {
        await using var command = Command(connection, sql, tenantId);
        return await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, Guid tenantId)
    {
#pragma warning disable CA2100 // The names are the database's own, quoted.
        return new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = tenantId } }, CommandTimeout = 600 };
#pragma warning restore CA2100
    }

    private static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
