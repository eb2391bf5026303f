using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>Ships audit records of a service without a database; they wait in memory while the broker is away.</summary>
internal sealed partial class AuditShipper(IBus bus, BusStart start, TimeProvider clock, ILogger<AuditShipper> log) : BackgroundService
{
    private const int Capacity = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Channel<(Guid Id, Guid TenantId, AuditRecorded Record)> _queue =
        Channel.CreateBounded<(Guid, Guid, AuditRecorded)>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    /// <summary>Adds a record; beyond the queue's capacity it is lost, and the service's own log says so.</summary>
    public void Enqueue(Guid tenantId, AuditRecorded record)
    {
        if (!_queue.Writer.TryWrite((Guid.CreateVersion7(record.At), tenantId, record)))
        {
            LogLost(log, record.Action, record.Resource, tenantId);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WaitAsync(stoppingToken);
        await foreach (var (id, tenant, record) in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            while (!await TryPublishAsync(id, tenant, record, stoppingToken))
            {
                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
    }

    /// <summary>The same id at every attempt, so that a record whose confirmation was lost is not there twice.</summary>
    private async Task<bool> TryPublishAsync(Guid id, Guid tenant, AuditRecorded record, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            await bus.Publish(record, context =>
            {
                context.MessageId = id;
                context.Headers.Set(WellKnown.EventHeaders.Tenant, tenant.ToString("D"));
                context.Headers.Set(WellKnown.EventHeaders.OccurredAt, record.At.ToString("O"));
                context.Headers.Set(WellKnown.EventHeaders.Actor, record.ActorId);
            }, patience.Token);
            return true;
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LogNotShipped(log, exception.Message);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error, "A record for the audit log is lost, too many wait: {Action} of {Resource} in tenant {Tenant}")]
    private static partial void LogLost(ILogger logger, string action, string resource, Guid tenant);

    [LoggerMessage(LogLevel.Warning, "Records for the audit log wait in memory: {Reason}")]
    private static partial void LogNotShipped(ILogger logger, string reason);
}
