using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Platform.Contracts;
using static Platform.ServiceDefaults.Backups.StoreTables;

namespace Platform.ServiceDefaults.Backups;

/// <summary>
/// Puts the lines of a part in the place of what a database holds, in one transaction: either all of it, with the answer
/// in the outbox and the mark of the message in the inbox, or nothing.
/// </summary>
internal sealed class StoreRestore(DatabaseNames names, StoreTablesLeft left, TimeProvider clock)
{
    private const int RowsAtOnce = 500;
    private const int CharactersAtOnce = 4 * 1024 * 1024;

    /// <summary>References and triggers hold for changes, not for rows that held already; a superuser may say so.</summary>
    private const string Begin = "SET LOCAL session_replication_role = replica; SET LOCAL timezone = 'UTC'; SET LOCAL lock_timeout = '60s'";

    /// <summary>A partition as its table is: owner and policies.</summary>
    private const string Adopt = """
        SELECT format('ALTER TABLE public.%1$I OWNER TO %2$I; ALTER TABLE public.%1$I ENABLE ROW LEVEL SECURITY; ALTER TABLE public.%1$I FORCE ROW LEVEL SECURITY;',
                $1::text, (SELECT rolname FROM pg_roles WHERE oid = c.relowner))
            || coalesce((SELECT string_agg(format('CREATE POLICY %I ON public.%I AS %s FOR %s TO %s %s %s;', p.policyname, $1::text, p.permissive, p.cmd,
                array_to_string(p.roles, ', '), 'USING (' || p.qual || ')', 'WITH CHECK (' || p.with_check || ')'), '')
                FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname), '')
        FROM pg_class c WHERE c.oid = format('public.%I', $2::text)::regclass AND c.relrowsecurity
        """;

    private const string Mark = "INSERT INTO inbox (message_id, consumer, processed_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

    private const string Answer = """
        INSERT INTO outbox (id, tenant_id, type, body, actor, occurred_at, attempts) VALUES ($1, $2, $3, $4, $5, $6, 0)
        """;

    /// <summary>Loads what <paramref name="read"/> gives line by line.</summary>
    /// <param name="read">Reads the part, calls back for every line, and gives its rows.</param>
    /// <param name="message">The message that asked for it.</param>
    /// <param name="consumer">Its consumer.</param>
    /// <param name="answer">What to say when all of it is there.</param>
    /// <param name="ct">Stops the work, and nothing has changed.</param>
    public async Task RunAsync(
        Func<Func<string, CancellationToken, Task>, Task<long>> read, Guid message, string consumer, Func<long, IIntegrationEvent> answer, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(names.Owner + ";Pooling=false;Command Timeout=0");
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, Begin, ct);
        var tables = await ReadAsync(connection, left.Names, ct);
        await ExecuteAsync(connection, "TRUNCATE " + string.Join(", ", tables.Select(t => "public." + Quote(t.Name))), ct);
        var loading = new Loading(connection, tables.ToDictionary(t => t.Name));
        var rows = await read(loading.TakeAsync);
        await loading.FlushAsync(ct);
        await EndAsync(connection, message, consumer, answer(rows), ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Whether the message was processed, so that a repeat of it restores nothing a second time.</summary>
    public async Task<bool> IsDoneAsync(Guid message, string consumer, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(names.Owner + ";Pooling=false");
        await using var command = source.CreateCommand("SELECT EXISTS (SELECT FROM inbox WHERE message_id = $1 AND consumer = $2)");
        command.Parameters.Add(new() { Value = message });
        command.Parameters.Add(new() { Value = consumer });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task EndAsync(NpgsqlConnection connection, Guid message, string consumer, IIntegrationEvent answer, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var mark = new NpgsqlCommand(Mark, connection)
        {
            Parameters = { new() { Value = message }, new() { Value = consumer }, new() { Value = now } },
        };
        await mark.ExecuteNonQueryAsync(ct);
        var row = OutboxMessage.For(WellKnown.DefaultTenantId, answer, consumer, null, now);
        await using var say = new NpgsqlCommand(Answer, connection)
        {
            Parameters =
            {
                new() { Value = row.Id }, new() { Value = row.TenantId }, new() { Value = row.Type }, new() { Value = row.Body },
                new() { Value = consumer }, new() { Value = now },
            },
        };
        await say.ExecuteNonQueryAsync(ct);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // Constants, and names that are quoted.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The rows of the table that is being read, some hundred at a time.</summary>
    private sealed class Loading(NpgsqlConnection connection, Dictionary<string, StoredTable> known)
    {
        private readonly StringBuilder _rows = new();
        private int _count;
        private string? _insert;

        public async Task TakeAsync(string line, CancellationToken ct)
        {
            if (StoredRow.Is(line))
            {
                _rows.Append(_count++ == 0 ? '[' : ',').Append(StoredRow.JsonOf(line));
                if (_count == RowsAtOnce || _rows.Length > CharactersAtOnce)
                {
                    await FlushAsync(ct);
                }

                return;
            }

            await FlushAsync(ct);
            if (line.StartsWith("{\"table\":", StringComparison.Ordinal))
            {
                await BeginAsync(JsonSerializer.Deserialize<StoredTable>(line, Json.Options)!, ct);
            }
            else
            {
                var sequence = JsonSerializer.Deserialize<StoredSequence>(line, Json.Options)!;
                await using var set = new NpgsqlCommand("SELECT setval(format('public.%I', $1::text)::regclass, $2)", connection)
                {
                    Parameters = { new() { Value = sequence.Sequence }, new() { Value = sequence.Last } },
                };
                await set.ExecuteScalarAsync(ct);
            }
        }

        public async Task FlushAsync(CancellationToken ct)
        {
            if (_count == 0)
            {
                return;
            }

#pragma warning disable CA2100 // The names are the database's own, quoted.
            await using var command = new NpgsqlCommand(_insert!, connection)
#pragma warning restore CA2100
            {
                Parameters = { new() { Value = _rows.Append(']').ToString(), NpgsqlDbType = NpgsqlDbType.Json } },
            };
            await command.ExecuteNonQueryAsync(ct);
            _rows.Clear();
            _count = 0;
        }

        private async Task BeginAsync(StoredTable table, CancellationToken ct)
        {
            if (!known.TryGetValue(table.Name, out var own) || table.Columns.Except(own.Columns).Any())
            {
                throw new BackupException($"The part has a table '{table.Name}' that is not of this version.");
            }

            var present = (own.Partitions ?? []).Select(p => p.Name).ToHashSet();
            foreach (var partition in (table.Partitions ?? []).Where(p => !present.Contains(p.Name)))
            {
                await AddPartitionAsync(table.Name, partition, ct);
            }

            var columns = string.Join(", ", table.Columns.Select(Quote));
            _insert = $"INSERT INTO public.{Quote(table.Name)} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM json_populate_recordset(NULL::public.{Quote(table.Name)}, $1)";
        }

        private async Task AddPartitionAsync(string table, StoredPartition partition, CancellationToken ct)
        {
            await ExecuteAsync(connection, $"CREATE TABLE public.{Quote(partition.Name)} PARTITION OF public.{Quote(table)} {partition.Bound}", ct);
            await using var compose = new NpgsqlCommand(Adopt, connection) { Parameters = { new() { Value = partition.Name }, new() { Value = table } } };
            if (await compose.ExecuteScalarAsync(ct) is string adopt)
            {
                await ExecuteAsync(connection, adopt, ct);
            }
        }
    }
}
