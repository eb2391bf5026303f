using System.Collections.Concurrent;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using NpgsqlTypes;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Storage;

/// <summary>
/// Writes many rows of one entity at once: binary COPY into a temporary table (COPY cannot go into a table under
/// row-level security), then one INSERT … SELECT. Columns, keys and conversions come from the EF model, so that there
/// is one description of each table.
/// </summary>
internal sealed class BulkTable<T>
    where T : class
{
    private static readonly ConcurrentDictionary<IModel, BulkTable<T>> Known = new();

    private readonly Column[] _columns;
    private readonly string _create;
    private readonly string _copy;
    private readonly string _insert;

    private BulkTable(IModel model)
    {
        var entity = model.FindEntityType(typeof(T)) ?? throw new InvalidOperationException($"{typeof(T).Name} is not in the model.");
        var table = entity.GetTableName()!;
        _columns = [.. entity.GetProperties().Select(property => new Column(property))];
        var keys = entity.FindPrimaryKey()!.Properties.Select(key => key.GetColumnName()).ToHashSet();
        var names = string.Join(", ", _columns.Select(column => column.Name));
        var updates = string.Join(", ", _columns.Where(column => !keys.Contains(column.Name)).Select(column => $"{column.Name} = excluded.{column.Name}"));
        _create = $"CREATE TEMPORARY TABLE stage_{table} (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DROP";
        _copy = $"COPY stage_{table} ({names}) FROM STDIN (FORMAT BINARY)";
        _insert = new StringBuilder($"INSERT INTO {table} ({names}) SELECT {names} FROM stage_{table} ON CONFLICT ({string.Join(", ", keys)}) ")
            .Append(updates.Length == 0 ? "DO NOTHING" : $"DO UPDATE SET {updates}").ToString();
    }

    public static BulkTable<T> For(DbContext db) => Known.GetOrAdd(db.Model, model => new BulkTable<T>(model));

    /// <summary>Inserts the rows, or takes them in place of rows with the same key. Once a transaction.</summary>
    public async Task UpsertAsync(TenantSession session, IReadOnlyCollection<T> rows, CancellationToken ct)
    {
        if (rows.Count == 0)
        {
            return;
        }

        await ExecuteAsync(session, _create, ct);
        await using (var writer = await session.Connection.BeginBinaryImportAsync(_copy, ct))
        {
            foreach (var row in rows)
            {
                await writer.StartRowAsync(ct);
                foreach (var column in _columns)
                {
                    await column.WriteAsync(writer, row, ct);
                }
            }

            await writer.CompleteAsync(ct);
        }

        await ExecuteAsync(session, _insert, ct);
    }

    private static async Task ExecuteAsync(TenantSession session, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // Made of names of our own model.
        await using var command = session.Command(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }

    private sealed class Column(IProperty property)
    {
        private readonly IClrPropertyGetter _getter = property.GetGetter();
        private readonly Func<object?, object?>? _convert = property.GetTypeMapping().Converter?.ConvertToProvider;
        private readonly NpgsqlDbType _type = TypeOf(property.GetColumnType());

        public string Name { get; } = property.GetColumnName();

        public Task WriteAsync(NpgsqlBinaryImporter writer, T row, CancellationToken ct)
        {
            var value = _getter.GetClrValue(row);
            if (value is not null && _convert is not null)
            {
                value = _convert(value);
            }

            return value is null ? writer.WriteNullAsync(ct) : writer.WriteAsync(value, _type, ct);
        }

        private static NpgsqlDbType TypeOf(string columnType) => columnType switch
        {
            "uuid" => NpgsqlDbType.Uuid,
            "text" => NpgsqlDbType.Text,
            "text[]" => NpgsqlDbType.Array | NpgsqlDbType.Text,
            "smallint" => NpgsqlDbType.Smallint,
            "integer" => NpgsqlDbType.Integer,
            "bigint" => NpgsqlDbType.Bigint,
            "boolean" => NpgsqlDbType.Boolean,
            "bytea" => NpgsqlDbType.Bytea,
            "timestamp with time zone" => NpgsqlDbType.TimestampTz,
            _ => throw new NotSupportedException($"Columns of type {columnType} are not written in bulk."),
        };
    }
}
