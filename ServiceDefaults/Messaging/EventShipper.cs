using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>Ships events of a service without a database, and so without an outbox; they wait in memory while the broker is away.</summary>
public sealed partial class EventShipper : BackgroundService
{
    private const int Capacity = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Channel<Waiting> _queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly IBus _bus;
    private readonly BusStart _start;
    private readonly TimeProvider _clock;
    private readonly ILogger<EventShipper> _log;

    internal EventShipper(IBus bus, BusStart start, TimeProvider clock, ILogger<EventShipper> log)
    {
        _bus = bus;
        _start = start;
        _clock = clock;
        _log = log;
    }

    /// <summary>Adds an event; beyond the queue's capacity it is lost, and the service's own log says so.</summary>
    /// <param name="tenantId">Whose event it is.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="actor">Who did it, where somebody did.</param>
    /// <param name="at">When.</param>
    public void Enqueue(Guid tenantId, IIntegrationEvent happened, string? actor, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(happened);
        if (!_queue.Writer.TryWrite(new Waiting(Guid.CreateVersion7(at), tenantId, happened, actor, at)))
        {
            LogLost(_log, happened.GetType().Name, tenantId);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _start.WaitAsync(stoppingToken);
        await foreach (var waiting in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            while (!await TryPublishAsync(waiting, stoppingToken))
            {
                await Task.Delay(Pause, _clock, stoppingToken);
            }
        }
    }

    /// <summary>The same id at every attempt, so that an event whose confirmation was lost is not taken twice.</summary>
    private async Task<bool> TryPublishAsync(Waiting waiting, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            await _bus.Publish(waiting.Event, waiting.Event.GetType(), context =>
            {
                context.MessageId = waiting.Id;
                context.Headers.Set(WellKnown.EventHeaders.Tenant, waiting.TenantId.ToString("D"));
                context.Headers.Set(WellKnown.EventHeaders.OccurredAt, waiting.At.ToString("O"));
                context.Headers.Set(WellKnown.EventHeaders.Actor, waiting.Actor);
            }, patience.Token);
            return true;
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LogNotShipped(_log, exception.Message);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error, "A {Event} of tenant {Tenant} is lost: too many events wait")]
    private static partial void LogLost(ILogger logger, string @event, Guid tenant);

    [LoggerMessage(LogLevel.Warning, "Events wait in memory: {Reason}")]
    private static partial void LogNotShipped(ILogger logger, string reason);

    private sealed record Waiting(Guid Id, Guid TenantId, IIntegrationEvent Event, string? Actor, DateTimeOffset At);
}
