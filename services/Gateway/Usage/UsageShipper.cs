using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using MassTransit;
using Platform.Contracts;
using Platform.Contracts.Gateway;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Usage;

/// <summary>Ships the journal: a batch at least every second while there is something, and as soon as a whole one waits.</summary>
internal sealed partial class UsageShipper(UsageJournal journal, IBus bus, BusStart start, TimeProvider clock, ILogger<UsageShipper> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WaitAsync(stoppingToken);
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // What is answered while a batch is on its way waits for the next one: it would make a message of a few rows.
                do
                {
                    if (journal.Next() is not { } batch)
                    {
                        break;
                    }

                    await PublishAsync(batch, stoppingToken);
                    journal.Confirm(batch);
                    failures = 0;
                }
                while (journal.HasBatch);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (failures++ == 0)
                {
                    LogNotShipped(log, exception.Message);
                }

                await Task.Delay(TimeSpan.FromSeconds(Math.Min(10, failures)), clock, stoppingToken);
            }

            await WaitAsync(stoppingToken);
        }
    }

    private async Task WaitAsync(CancellationToken ct)
    {
        var since = clock.GetTimestamp();
        while (!journal.HasBatch && clock.GetElapsedTime(since) < Longest)
        {
            await Task.Delay(Look, clock, ct);
        }
    }

    private async Task PublishAsync(JournalBatch batch, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        var usage = new UsageRecorded(journal.Instance, batch.Position.Segment, batch.Position.Offset, batch.Entries);
        await bus.Publish(usage, context =>
        {
            context.MessageId = IdOf(usage);
            context.Headers.Set(WellKnown.EventHeaders.Tenant, WellKnown.DefaultTenantId.ToString("D"));
            context.Headers.Set(WellKnown.EventHeaders.OccurredAt, clock.GetUtcNow().ToString("O"));
            context.Headers.Set(WellKnown.EventHeaders.Actor, "gateway");
            context.Headers.Set(WellKnown.EventHeaders.TraceParent, Activity.Current?.Id);
        }, patience.Token);
    }

    /// <summary>The same id for the same place in the journal, at every attempt.</summary>
    internal static Guid IdOf(UsageRecorded usage)
    {
        var text = Encoding.ASCII.GetBytes(usage.Instance);
        Span<byte> place = stackalloc byte[text.Length + 16];
        text.CopyTo(place);
        BinaryPrimitives.WriteInt64LittleEndian(place[text.Length..], usage.Segment);
        BinaryPrimitives.WriteInt64LittleEndian(place[(text.Length + 8)..], usage.Offset);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(place, hash);
        return new Guid(hash[..16]);
    }

    [LoggerMessage(LogLevel.Warning, "Usage rows wait in the journal: {Reason}")]
    private static partial void LogNotShipped(ILogger logger, string reason);
}
