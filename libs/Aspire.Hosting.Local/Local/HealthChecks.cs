using System.Net.Sockets;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Aspire.Hosting.Local;

/// <summary>GET answers with the status.</summary>
internal sealed class HttpCheck(EndpointReference endpoint, string path, int statusCode) : IHealthCheck
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var port = await endpoint.Property(EndpointProperty.TargetPort).GetValueAsync(cancellationToken);
        var host = await endpoint.Property(EndpointProperty.Host).GetValueAsync(cancellationToken);
        var address = new Uri($"{endpoint.Scheme}://{host}:{port}{(path.StartsWith('/') ? path : '/' + path)}");
        using var response = await Client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return (int)response.StatusCode == statusCode
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"{path} answered {(int)response.StatusCode} instead of {statusCode}");
    }
}

/// <summary>A query succeeds.</summary>
internal sealed class PostgresCheck(ReferenceExpression server, string database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var connection = await PostgresDatabases.OpenAsync(server, database, cancellationToken);
        await using var command = new NpgsqlCommand("select 1", connection);
        await command.ExecuteScalarAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}

/// <summary>PING is answered with PONG, so it is not loading its data any more.</summary>
internal sealed class RedisCheck(RedisResource redis) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var password = redis.PasswordParameter is null ? null : await redis.PasswordParameter.GetValueAsync(cancellationToken);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", redis.PrimaryEndpoint.Port, cancellationToken);
        await using var stream = client.GetStream();
        var request = (password is null ? "" : $"*2\r\n$4\r\nAUTH\r\n${Encoding.UTF8.GetByteCount(password)}\r\n{password}\r\n") + "*1\r\n$4\r\nPING\r\n";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request), cancellationToken);
        using var reader = new StreamReader(stream);
        if (password is not null && await reader.ReadLineAsync(cancellationToken) is { } auth && auth != "+OK")
        {
            return HealthCheckResult.Unhealthy(auth);
        }

        var answer = await reader.ReadLineAsync(cancellationToken);
        return answer == "+PONG" ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(answer);
    }
}

/// <summary>
/// The broker answers the protocol header with Connection.Start (AMQP 0-9-1, section 4.2.2). Once it has, only the connection is
/// tried, until that fails: the broker logs a warning for each greeting that leads to nothing.
/// </summary>
internal sealed class AmqpCheck(EndpointReference endpoint) : IHealthCheck
{
    private volatile bool _greeted;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var greeted = _greeted;
        _greeted = false;
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", endpoint.Port, cancellationToken);
        if (greeted)
        {
            _greeted = true;
            return HealthCheckResult.Healthy();
        }

        await using var stream = client.GetStream();
        await stream.WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray(), cancellationToken);
        var frame = new byte[11];
        await stream.ReadExactlyAsync(frame, cancellationToken);
        // A method frame (1) of class 10, method 10.
        _greeted = frame[0] == 1 && frame[8] == 10 && frame[10] == 10;
        return _greeted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("no Connection.Start");
    }
}

/// <summary>Creates the databases that a server should have.</summary>
internal static class PostgresDatabases
{
    public static async Task CreateMissingAsync(PostgresServerResource server, CancellationToken cancellationToken)
    {
        if (server.DatabaseResources.Count == 0)
        {
            return;
        }

        await using var connection = await OpenAsync(server.ConnectionStringExpression, "postgres", cancellationToken);
        foreach (var database in server.DatabaseResources)
        {
            await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection);
            exists.Parameters.Add(new NpgsqlParameter { Value = database.DatabaseName });
            if (await exists.ExecuteScalarAsync(cancellationToken) is not null)
            {
                continue;
            }

            // A name cannot be a parameter; it is quoted as SQL says.
            var name = database.DatabaseName.Replace("\"", "\"\"", StringComparison.Ordinal);
            await using var create = new NpgsqlCommand($"create database \"{name}\"", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public static async Task<NpgsqlConnection> OpenAsync(ReferenceExpression server, string database, CancellationToken cancellationToken)
    {
        var text = new NpgsqlConnectionStringBuilder(await server.GetValueAsync(cancellationToken))
        {
            Database = database,
            Pooling = false,
            Timeout = 5,
        };
        var connection = new NpgsqlConnection(text.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
