using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Platform.ServiceDefaults;

/// <summary>A connection and transaction inside one tenant, for work that EF Core does not do: COPY, set-based merges.</summary>
public sealed class TenantSession : IAsyncDisposable
{
    private readonly bool _isOwner;

    private TenantSession(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid tenantId, bool isOwner)
    {
        _isOwner = isOwner;
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
            return new TenantSession(connection, transaction, tenantId, isOwner: true);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Joins the transaction that the context is in, such as that of an <c>Idempotency-Key</c>, whose owner then commits;
    /// opens a session of its own where there is none.
    /// </summary>
    public static async Task<TenantSession> JoinAsync(PlatformDbContext db, NpgsqlDataSource source, Guid tenantId, CancellationToken ct) =>
        db.Database.CurrentTransaction?.GetDbTransaction() is NpgsqlTransaction transaction
            ? new TenantSession(transaction.Connection!, transaction, tenantId, isOwner: false)
            : await OpenAsync(source, tenantId, ct);

    /// <summary>A command inside the session's transaction; values go in as parameters.</summary>
    public NpgsqlCommand Command(string sql) => new(sql, Connection, Transaction);

    /// <summary>Commits a transaction of its own; a joined one is its owner's to commit.</summary>
    public Task CommitAsync(CancellationToken ct) => _isOwner ? Transaction.CommitAsync(ct) : Task.CompletedTask;

    /// <summary>Rolls back unless committed; leaves a joined transaction alone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isOwner)
        {
            return;
        }

        await Transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
