using Npgsql;

namespace Platform.ServiceDefaults;

/// <summary>A connection and transaction inside one tenant, for work that EF Core does not do: COPY, set-based merges.</summary>
public sealed class TenantSession : IAsyncDisposable
{
    private TenantSession(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid tenantId)
    {
        Connection = connection;
        Transaction = transaction;
        TenantId = tenantId;
    }

    public NpgsqlConnection Connection { get; }

    public NpgsqlTransaction Transaction { get; }

    public Guid TenantId { get; }

    /// <summary>Opens a connection, begins a transaction and enters the tenant.</summary>
    public static async Task<TenantSession> OpenAsync(NpgsqlDataSource source, Guid tenantId, CancellationToken ct)
    {
        var connection = await source.OpenConnectionAsync(ct);
        try
        {
            var transaction = await connection.BeginTransactionAsync(ct);
            await using var command = TenantSetting.Command(connection, transaction, tenantId);
            await command.ExecuteNonQueryAsync(ct);
            return new TenantSession(connection, transaction, tenantId);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A command inside the session's transaction; values go in as parameters.</summary>
    public NpgsqlCommand Command(string sql) => new(sql, Connection, Transaction);

    public Task CommitAsync(CancellationToken ct) => Transaction.CommitAsync(ct);

    /// <summary>Rolls back unless committed.</summary>
    public async ValueTask DisposeAsync()
    {
        await Transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
