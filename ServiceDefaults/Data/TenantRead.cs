using Npgsql;

namespace Platform.ServiceDefaults;

/// <summary>
/// The rows of one statement inside one tenant. Setting and statement go out together, so that a read costs one round
/// trip and no transaction; both texts are the same for every tenant, so that the database keeps their plans.
/// </summary>
public sealed class TenantRead : IAsyncDisposable
{
    private const string Enter = $"SELECT set_config('{TenantSetting.Name}', $1, true)";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlBatch _batch;

    private TenantRead(NpgsqlConnection connection, NpgsqlBatch batch)
    {
        _connection = connection;
        _batch = batch;
    }

    /// <summary>The rows of the statement.</summary>
    public NpgsqlDataReader Rows { get; private set; } = null!;

    /// <summary>Runs a statement inside the tenant; values go in as its parameters.</summary>
    public static async Task<TenantRead> RunAsync(NpgsqlDataSource source, Guid tenantId, NpgsqlBatchCommand statement, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(source);
        var connection = await source.OpenConnectionAsync(ct);
        var read = new TenantRead(connection, new NpgsqlBatch(connection));
        try
        {
            var enter = new NpgsqlBatchCommand(Enter) { Parameters = { new NpgsqlParameter<string> { TypedValue = tenantId.ToString("D") } } };
            read._batch.BatchCommands.Add(enter);
            read._batch.BatchCommands.Add(statement);
            read.Rows = await read._batch.ExecuteReaderAsync(ct);
            await read.Rows.NextResultAsync(ct);
            return read;
        }
        catch
        {
            await read.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Rows is not null)
        {
            await Rows.DisposeAsync();
        }

        await _batch.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
