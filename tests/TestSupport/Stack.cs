using Npgsql;

namespace Platform.TestSupport;

/// <summary>
/// Real stores for integration tests: those of the run file that <c>PLATFORM_STACK</c> names, else ones started by
/// <c>./platform</c> for this test process and stopped with it. Use it as an assembly fixture.
/// </summary>
public sealed class Stack : IAsyncDisposable
{
    private readonly Task<(IReadOnlyDictionary<string, string> Connections, PlatformInstance? Own)> _stores = StartAsync();

    /// <summary>The connection string of a store: postgres, rabbitmq, cache, state or graph.</summary>
    public async Task<string> ConnectionAsync(string store) => (await _stores).Connections.TryGetValue(store, out var value)
        ? value
        : throw new InvalidOperationException($"The run file names no store '{store}'.");

    /// <summary>An empty database of its own for a test class, as the server's owner.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(string prefix) => await CreateDatabaseAsync(await ConnectionAsync("postgres"), prefix);

    /// <summary>An empty database on a server, as the server's owner.</summary>
    public static async Task<TestDatabase> CreateDatabaseAsync(string postgres, string prefix)
    {
        var server = new NpgsqlConnectionStringBuilder(postgres) { Database = "postgres", Pooling = false };
        var name = $"{prefix}_{Guid.NewGuid():N}"[..Math.Min(40, prefix.Length + 17)];
        await ExecuteAsync(server.ConnectionString, $"CREATE DATABASE \"{name}\"");
        // Pooled as in operation. Many hosts share one server and its 200 connections, and leave theirs soon.
        var database = new NpgsqlConnectionStringBuilder(postgres) { Database = name, MaxPoolSize = 30, ConnectionIdleLifetime = 5, ConnectionPruningInterval = 1 };
        return new TestDatabase(server.ConnectionString, database.ConnectionString, name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stores.IsCompletedSuccessfully && (await _stores).Own is { } own)
        {
            await own.DisposeAsync();
        }
    }

    private static async Task<(IReadOnlyDictionary<string, string>, PlatformInstance?)> StartAsync()
    {
        var own = Environment.GetEnvironmentVariable("PLATFORM_STACK") is { Length: > 0 }
            ? null
            : await PlatformInstance.StartAsync(storesOnly: true);
        return (await PlatformInstance.ConnectionsAsync(own?.RunFile ?? Environment.GetEnvironmentVariable("PLATFORM_STACK")!), own);
    }

    internal static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The name is made of letters and hexadecimal digits here.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>A database that is dropped with its test class.</summary>
public sealed class TestDatabase(string server, string owner, string name) : IAsyncDisposable
{
    /// <summary>Connects as the server's owner, whom row-level security does not hold.</summary>
    public string Owner => owner;

    public string Name => name;

    public async ValueTask DisposeAsync()
    {
        await Stack.ExecuteAsync(server, $"DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
        foreach (var role in new[] { "app", "relay", "keys", "usage", "rollup", "audit" })
        {
            await Stack.ExecuteAsync(server, $"DROP ROLE IF EXISTS \"{name}_{role}\"");
        }
    }
}
