using System.Collections.Concurrent;
using System.Reflection;
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
        _columns = [.. entity.GetProperties().Select(Column.Of)];
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
                ct.ThrowIfCancellationRequested();
                // Into the connection's buffer, which is seldom full: a task for each value costs more than the value.
                writer.StartRow();
                foreach (var column in _columns)
                {
                    column.Write(writer, row);
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

    /// <summary>How one property is written: without boxing where the database takes it as it is.</summary>
    private abstract class Column(IProperty property)
    {
        public string Name { get; } = property.GetColumnName();

        protected NpgsqlDbType Type { get; } = TypeOf(property.GetColumnType());

        public static Column Of(IProperty property) => property is { PropertyInfo.GetMethod: { } getter } && property.GetTypeMapping().Converter is null
            ? Nullable.GetUnderlyingType(property.ClrType) is { } inner
                ? Make(typeof(OptionalColumn<>), inner, property, getter)
                : Make(typeof(PlainColumn<>), property.ClrType, property, getter)
            : new ConvertedColumn(property);

        public abstract void Write(NpgsqlBinaryImporter writer, T row);

        private static Column Make(Type column, Type value, IProperty property, MethodInfo getter) =>
            (Column)Activator.CreateInstance(column.MakeGenericType(typeof(T), value), property, getter)!;

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

    private sealed class PlainColumn<TValue>(IProperty property, MethodInfo getter) : Column(property)
    {
        private readonly Func<T, TValue?> _get = getter.CreateDelegate<Func<T, TValue?>>();

        public override void Write(NpgsqlBinaryImporter writer, T row)
        {
            if (_get(row) is { } value)
            {
                writer.Write(value, Type);
            }
            else
            {
                writer.WriteNull();
            }
        }
    }

    private sealed class OptionalColumn<TValue>(IProperty property, MethodInfo getter) : Column(property)
        where TValue : struct
    {
        private readonly Func<T, TValue?> _get = getter.CreateDelegate<Func<T, TValue?>>();

        public override void Write(NpgsqlBinaryImporter writer, T row)
        {
            if (_get(row) is { } value)
            {
                writer.Write(value, Type);
            }
            else
            {
                writer.WriteNull();
            }
        }
    }

    /// <summary>An enumeration or another type of ours, which EF's converter turns into the database's.</summary>
    private sealed class ConvertedColumn(IProperty property) : Column(property)
    {
        private readonly IClrPropertyGetter _getter = property.GetGetter();
        private readonly Func<object?, object?>? _convert = property.GetTypeMapping().Converter?.ConvertToProvider;

        public override void Write(NpgsqlBinaryImporter writer, T row)
        {
            var value = _getter.GetClrValue(row);
            if (value is not null && _convert is not null)
            {
                value = _convert(value);
            }

            if (value is null)
            {
                writer.WriteNull();
            }
            else
            {
                writer.Write(value, Type);
            }
        }
    }
}
