using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.ServiceDefaults.Telemetry;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Platform.ServiceDefaults;

/// <summary>
/// How many messages wait in the queues of this service, asked of the broker by AMQP itself: a passive declaration answers
/// with the count and needs neither a plug-in nor more rights than consuming does.
/// </summary>
internal sealed partial class QueueFigures(QueueNames queues, BusStart start, TimeProvider clock, IMeterFactory meters, ILogger<QueueFigures> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>
    /// A queue of messages that were given up is there from its first message on. Asking for one that is not costs a channel
    /// and two lines in the log of the broker: it is asked for once in so many rounds, which is once a minute.
    /// </summary>
    private const int RoundsBetweenAbsent = 12;

    private readonly ConcurrentDictionary<string, uint> _waiting = new();
    private readonly ConcurrentDictionary<string, uint> _parked = new();

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(SignalSources.Own);
        meter.CreateObservableGauge("queue_depth", () => Of(_waiting), null, "Messages that wait for a consumer, by queue.");
        meter.CreateObservableGauge("queue_parked", () => Of(_parked), null, "Messages that were given up and wait for an operator, by the queue they came from.");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var factory = new ConnectionFactory { Uri = queues.Broker, ClientProvidedName = "figures", AutomaticRecoveryEnabled = false, ContinuationTimeout = Patience };
                await using var connection = await factory.CreateConnectionAsync(stoppingToken);
                var parking = new HashSet<string>();
                var round = 0;
                do
                {
                    foreach (var (name, label) in queues.All)
                    {
                        stoppingToken.ThrowIfCancellationRequested();
                        _waiting[label] = await CountAsync(connection, name) ?? 0;
                        if (round % RoundsBetweenAbsent == 0 || parking.Contains(name))
                        {
                            var parked = await CountAsync(connection, name + "_error");
                            _parked[label] = parked ?? 0;
                            _ = parked is null ? parking.Remove(name) : parking.Add(name);
                        }
                    }

                    round++;
                }
                while (await timer.WaitForNextTickAsync(stoppingToken));
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Old figures would be told as if they were new.
                _waiting.Clear();
                _parked.Clear();
                LogAway(log, exception.Message);
                await timer.WaitForNextTickAsync(stoppingToken);
            }
        }
    }

    /// <summary>
    /// How many messages wait, or null for a queue that is not there. A question that is broken off leaves
    /// the channel waiting for its answer when it closes; so none is, and each is bounded by <see cref="Patience"/>.
    /// </summary>
    private static async Task<uint?> CountAsync(IConnection connection, string queue)
    {
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
    }

    private static IEnumerable<Measurement<long>> Of(ConcurrentDictionary<string, uint> counts)
    {
        foreach (var (queue, count) in counts)
        {
            yield return new Measurement<long>(count, new KeyValuePair<string, object?>("queue", queue));
        }
    }

    [LoggerMessage(LogLevel.Information, "The broker does not tell how long the queues are: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}

/// <summary>The queues of this service: their names at the broker, and those under which they are told of.</summary>
internal sealed record QueueNames(Uri Broker, IReadOnlyList<(string Name, string Label)> All);
