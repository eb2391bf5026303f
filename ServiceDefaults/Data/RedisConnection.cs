using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Platform.ServiceDefaults;

/// <summary>
/// One multiplexed connection to a Redis. It is made in the background and mends itself; until it is there
/// <see cref="Database"/> is null, and callers do without.
/// </summary>
public sealed partial class RedisConnection(string name, string connectionString, ILogger<RedisConnection> log) : BackgroundService, IHealthCheck
{
    private static readonly ActivitySource Source = new("Platform.Redis");

    private volatile ConnectionMultiplexer? _connection;

    /// <summary>The database of the connection string; null while there is no connection.</summary>
    public IDatabase? Database => _connection is { IsConnected: true } connection ? connection.GetDatabase() : null;

    /// <summary>A client span around a command, for traces: this client has none of its own.</summary>
    public Activity? StartActivity(string operation)
    {
        var activity = Source.StartActivity(operation, ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("db.system.name", "redis");
            activity.SetTag("db.operation.name", operation);
            activity.SetTag("server.address", name);
        }

        return activity;
    }

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (Database is not { } database)
        {
            return new HealthCheckResult(context.Registration.FailureStatus);
        }

        await database.PingAsync().WaitAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.AbortOnConnectFail = false;
        options.KeepAlive = 10;
        options.ConnectRetry = 1;
        options.ClientName = AppDomain.CurrentDomain.FriendlyName;
        while (_connection is null && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                _connection = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or System.Net.Sockets.SocketException)
            {
                LogAway(log, name, exception.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _connection?.Dispose();
        base.Dispose();
    }

    [LoggerMessage(LogLevel.Warning, "Redis {Name} cannot be reached: {Reason}")]
    private static partial void LogAway(ILogger logger, string name, string reason);
}
