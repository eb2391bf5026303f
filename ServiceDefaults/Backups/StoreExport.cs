using System.Data;
using System.Text.Json;
using Npgsql;

namespace Platform.ServiceDefaults.Backups;

/// <summary>
/// Writes a service's database as lines, from one snapshot: every table with its rows, outbox and inbox included, so that
/// after a restore what was said and what was heard go on from the same moment; then where its sequences stand.
/// </summary>
internal sealed class StoreExport(DatabaseNames names, StoreTablesLeft left)
{
    private const string Sequences = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL";

    public async Task<string> SchemaAsync(CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(names.Owner + ";Pooling=false");
        await using var connection = await source.OpenConnectionAsync(ct);
        return await StoreTables.MigrationAsync(connection, ct);
    }

    public async Task<long> WriteAsync(TextWriter lines, CancellationToken ct)
    {
        // The owner alone sees the rows of all tenants.
        await using var source = NpgsqlDataSource.Create(names.Owner + ";Pooling=false;Command Timeout=0");
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        await ExecuteAsync(connection, "SET TRANSACTION READ ONLY; SET LOCAL timezone = 'UTC'", ct);
        var rows = 0L;
        foreach (var table in await StoreTables.ReadAsync(connection, left.Names, ct))
        {
            await lines.WriteLineAsync(JsonSerializer.Serialize(table, Json.Options).AsMemory(), ct);
            rows += await WriteRowsAsync(connection, table, lines, ct);
        }

        await using var command = new NpgsqlCommand(Sequences, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            await lines.WriteLineAsync(JsonSerializer.Serialize(new StoredSequence(reader.GetString(0), reader.GetInt64(1)), Json.Options).AsMemory(), ct);
        }

        return rows;
    }

    private static async Task<long> WriteRowsAsync(NpgsqlConnection connection, StoredTable table, TextWriter lines, CancellationToken ct)
    {
        var columns = string.Join(", ", table.Columns.Select(StoreTables.Quote));
#pragma warning disable CA2100 // The names are the database's own, quoted.
        await using var command = new NpgsqlCommand($"SELECT row_to_json(t)::text FROM (SELECT {columns} FROM public.{StoreTables.Quote(table.Name)}) AS t", connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, ct);
        var rows = 0L;
        while (await reader.ReadAsync(ct))
        {
            await lines.WriteAsync(StoredRow.Start.AsMemory(), ct);
            await lines.WriteAsync(reader.GetString(0).AsMemory(), ct);
            await lines.WriteLineAsync(StoredRow.End.AsMemory(), ct);
            rows++;
        }

        return rows;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // Constants of this file.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>Tables that stay out of backups and as they are at a restore.</summary>
internal sealed record StoreTablesLeft(IReadOnlyCollection<string> Names);

/// <summary>Where a sequence stands.</summary>
internal sealed record StoredSequence(string Sequence, long Last);

/// <summary>The line of a row: <c>{"row":{…}}</c>.</summary>
internal static class StoredRow
{
    public const string Start = "{\"row\":";
    public const string End = "}";

    public static bool Is(string line) => line.StartsWith(Start, StringComparison.Ordinal);

    public static ReadOnlySpan<char> JsonOf(string line) => line.AsSpan(Start.Length, line.Length - Start.Length - End.Length);
}
