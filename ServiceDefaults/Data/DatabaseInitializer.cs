using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Platform.ServiceDefaults.Semantics;

namespace Platform.ServiceDefaults;

/// <summary>
/// Brings a service's database to the version of its code before the service takes requests: roles, then migrations,
/// then grants; one instance at a time. Waits for the database to come, up to a minute.
/// </summary>
internal sealed partial class DatabaseInitializer<TDb>(
    IServiceScopeFactory scopes, DatabaseNames names, ILogger<DatabaseInitializer<TDb>> log) : IHostedLifecycleService
    where TDb : PlatformDbContext
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var giveUp = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await InitializeAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException exception) when (exception.IsTransient && TimeProvider.System.GetElapsedTime(giveUp) < Patience)
            {
                LogWaiting(log, names.Database, exception.Message);
                await Task.Delay(500, cancellationToken);
            }
        }
    }

    private async Task InitializeAsync(CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(names.Owner + ";Pooling=false");
        await using var connection = await source.OpenConnectionAsync(ct);
        await ExecuteAsync(connection, "SELECT pg_advisory_lock(7160218)", ct);
        foreach (var role in new[] { names.AppRole, names.RelayRole, names.SqlRole })
        {
            await EnsureRoleAsync(connection, role, ct);
        }

        await using var scope = scopes.CreateAsyncScope();
        var options = new DbContextOptionsBuilder<TDb>().UseNpgsql(connection).Options;
        await using (var db = ActivatorUtilities.CreateInstance<TDb>(scope.ServiceProvider, options))
        {
            if ((await db.Database.GetPendingMigrationsAsync(ct)).Any())
            {
                await ExecuteAsync(connection, PublishedViews.Remove, ct);
                await db.Database.MigrateAsync(ct);
            }
        }

        await GrantAsync(connection, ct);
        if (SemanticModel.FindIn(typeof(TDb).Assembly) is { } model)
        {
            await ExecuteAsync(connection, PublishedViews.Make(model, names.AppRole, names.SqlRole), ct);
        }

        LogReady(log, names.Database);
    }

    /// <summary>Role names come from the database's name in our own configuration; they are quoted by the server.</summary>
    private async Task EnsureRoleAsync(NpgsqlConnection connection, string role, CancellationToken ct)
    {
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_roles WHERE rolname = $1", connection) { Parameters = { new() { Value = role } } };
        var verb = await exists.ExecuteScalarAsync(ct) is null ? "CREATE" : "ALTER";
        await using var compose = new NpgsqlCommand(
            "SELECT format('%s ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD %L', $1::text, $2::text, $3::text)", connection)
        {
            Parameters = { new() { Value = verb }, new() { Value = role }, new() { Value = names.PasswordOf(role) } },
        };
        await ExecuteAsync(connection, (string)(await compose.ExecuteScalarAsync(ct))!, ct);
    }

    private async Task GrantAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var compose = new NpgsqlCommand(
            """
            SELECT format(
                'GRANT CONNECT, TEMPORARY ON DATABASE %1$I TO %2$I, %3$I;
                 GRANT CONNECT ON DATABASE %1$I TO %4$I;
                 REVOKE ALL ON SCHEMA public FROM PUBLIC;
                 GRANT USAGE ON SCHEMA public TO %2$I, %3$I;
                 GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %2$I;
                 GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %2$I;
                 REVOKE ALL ON "__EFMigrationsHistory" FROM %2$I;
                 GRANT SELECT, UPDATE, DELETE ON outbox TO %3$I;', $1::text, $2::text, $3::text, $4::text)
            """, connection)
        {
            Parameters = { new() { Value = names.Database }, new() { Value = names.AppRole }, new() { Value = names.RelayRole }, new() { Value = names.SqlRole } },
        };
        await ExecuteAsync(connection, (string)(await compose.ExecuteScalarAsync(ct))!, ct);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // Composed by the server's own format(), with %I and %L.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "Database {Database} is at the version of this code")]
    private static partial void LogReady(ILogger logger, string database);

    [LoggerMessage(LogLevel.Warning, "Waiting for database {Database}: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string database, string reason);
}
