using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.ServiceDefaults.Telemetry;
using StackExchange.Redis;

namespace Platform.ServiceDefaults;

/// <summary>
/// One multiplexed connection to a Redis. It is made in the background and mends itself; until it is there
/// <see cref="Database"/> is null, and callers do without.
/// </summary>
public sealed partial class RedisConnection(string name, string connectionString, ILogger<RedisConnection> log) : BackgroundService, IHealthCheck
{
    private const string Signals = SignalSources.Own + ".Redis";
    private static readonly ActivitySource Source = new(Signals);
    private static readonly Meter Meter = new(Signals);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "redis.command.duration",
        "s",
        "Time of a command, by store and command.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.03, 0.1, 1] });

    private volatile ConnectionMultiplexer? _connection;

    /// <summary>The database of the connection string; null while there is no connection.</summary>
    public IDatabase? Database => _connection is { IsConnected: true } connection ? connection.GetDatabase() : null;

    /// <summary>Runs a command under a client span and measures it: this client does neither itself.</summary>
    /// <param name="database">What <see cref="Database"/> gave.</param>
    /// <param name="command">The command's name, such as <c>EVALSHA</c>.</param>
    /// <param name="state">Passed on, so that the work needs no closure.</param>
    /// <param name="work">The command.</param>
    public async Task<TResult> RunAsync<TState, TResult>(IDatabase database, string command, TState state, Func<IDatabase, TState, Task<TResult>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var span = StartSpan(command);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var result = await work(database, state);
            Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new("store", name), new("command", command));
            return result;
        }
        catch (Exception exception)
        {
            span.Fail(exception);
            Duration.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds, new("store", name), new("command", command), new("error_type", exception.GetType().Name));
            throw;
        }
    }

    private Activity? StartSpan(string command)
    {
        var span = Source.StartActivity(command, ActivityKind.Client);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("db.system.name", "redis");
            span.SetTag("db.operation.name", command);
            span.SetTag("server.address", name);
        }

        return span;
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
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
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
