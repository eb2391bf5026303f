using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>
/// Sends what the outbox holds until the broker confirms it, then deletes it. One relay a database works at a time (an
/// advisory lock); a NOTIFY wakes it, a poll each second is the net below. A crash between confirm and delete sends the
/// same message id again, which consumers drop.
/// </summary>
internal sealed partial class OutboxRelay(
    [FromKeyedServices(DataSetup.RelayKey)] NpgsqlDataSource source, IBus bus, BusStart start, TimeProvider clock, OutboxMetrics metrics, ILogger<OutboxRelay> log) : BackgroundService
{
    private const int BatchSize = 200;
    private const long BatchBytes = 4L << 20;
    private const int Parallelism = 16;
    private const int MaxAttempts = 10;

    /// <summary>The name of the relay's spans' source.</summary>
    public const string SourceName = "Platform.Outbox";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>How long an event waits for a first queue that takes it: consumers may start after their publisher.</summary>
    private static readonly TimeSpan HearingTime = TimeSpan.FromMinutes(2);

    /// <summary>How long the broker may take to confirm a message. The bus may wait for ever, for one that is stopped, and the lock with it.</summary>
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    private readonly UnheardEvents _unheard = new(clock);

    private const string Lock = "SELECT pg_try_advisory_xact_lock(7160219)";

    // Of the first rows not more bytes than $2, but one message at least: they are held until the broker has confirmed all. The
    // rows are cut before they are added up, or all that wait would be put in order each time.
    private const string Read = """
        SELECT id, tenant_id, type, body, actor, trace_parent, order_key, occurred_at FROM (
            SELECT *, sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS before FROM (
                SELECT * FROM outbox WHERE parked_at IS NULL AND (next_attempt_at IS NULL OR next_attempt_at <= now()) ORDER BY seq LIMIT $1) first) next
        WHERE before < $2 ORDER BY seq
        """;

    private const string Delete = "DELETE FROM outbox WHERE id = ANY($1)";

    /// <summary>Each time twice the age: a queue that comes late is met soon, and nobody's event is tried for long.</summary>
    private const string Defer = """
        UPDATE outbox SET next_attempt_at = now() + greatest(now() - occurred_at, interval '500 milliseconds') WHERE id = ANY($1)
        """;

    private const string Fail = """
        UPDATE outbox SET attempts = attempts + 1, last_error = $2, next_attempt_at = now() + least(power(2, attempts), 300) * interval '1 second',
            parked_at = CASE WHEN attempts + 1 >= $3 THEN now() END WHERE id = $1
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var listener = await source.OpenConnectionAsync(stoppingToken);
                await using (var listen = new NpgsqlCommand("LISTEN outbox", listener))
                {
                    await listen.ExecuteNonQueryAsync(stoppingToken);
                }

                while (!stoppingToken.IsCancellationRequested)
                {
                    while (await SendBatchAsync(stoppingToken) > 0)
                    {
                    }

                    await listener.WaitAsync(1000, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogPaused(log, exception);
                await Task.Delay(TimeSpan.FromMilliseconds(500), clock, stoppingToken);
            }
        }
    }

    private async Task<int> SendBatchAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var take = new NpgsqlCommand(Lock, connection, transaction))
        {
            if (await take.ExecuteScalarAsync(ct) is not true)
            {
                // Another process sends, and tells how far it is.
                metrics.Head(null);
                return 0;
            }
        }

        var batch = await ReadAsync(connection, ct);
        metrics.Head(batch.Count == 0 ? null : batch[0].OccurredAt);
        if (batch.Count == 0)
        {
            return 0;
        }

        var sent = new List<Guid>(batch.Count);
        var refused = new List<(Guid Id, string Error)>();
        var unheard = new List<Guid>();
        var lanes = batch.GroupBy(m => m.OrderKey ?? m.Id.ToString());
        try
        {
            await Parallel.ForEachAsync(lanes, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = ct }, async (lane, token) =>
            {
                foreach (var message in lane)
                {
                    if (!await SendAsync(message, sent, refused, unheard, token))
                    {
                        return;
                    }
                }
            });
        }
        finally
        {
            // Whatever the broker confirmed is taken out even when the rest failed.
            await SettleAsync(connection, sent, refused, unheard, CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }

        return sent.Count;
    }

    /// <summary>False when the message itself was refused; an unreachable broker throws and burns no attempt.</summary>
    private async Task<bool> SendAsync(
        Waiting message, List<Guid> sent, List<(Guid Id, string Error)> refused, List<Guid> unheard, CancellationToken ct)
    {
        if (_unheard.Has(message.Type))
        {
            Unheard(message, sent, unheard);
            return true;
        }

        using var activity = Source.StartActivity("outbox relay", ActivityKind.Internal, message.TraceParent);
        try
        {
            if (!EventTypes.ByName.TryGetValue(message.Type, out var type))
            {
                throw new InvalidOperationException($"'{message.Type}' is not an event of Contracts.");
            }

            await bus.Publish(WrittenEvent.StandIn(type), type, Pipe.Execute<PublishContext>(context =>
            {
                context.Serializer = new WrittenEvent(message.Body);
                context.MessageId = message.Id;
                if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                {
                    // The broker gives back what no queue took, instead of dropping it.
                    rabbit.Mandatory = true;
                }

                context.Headers.Set(WellKnown.EventHeaders.Tenant, message.TenantId.ToString("D"));
                context.Headers.Set(WellKnown.EventHeaders.OccurredAt, message.OccurredAt.ToString("O"));
                context.Headers.Set(WellKnown.EventHeaders.Actor, message.Actor);
                context.Headers.Set(WellKnown.EventHeaders.TraceParent, Activity.Current?.Id ?? message.TraceParent);
            }), ct).WaitAsync(ConfirmTimeout, clock, ct);
            _unheard.Remove(message.Type);
            metrics.Sent(message.OccurredAt);
            lock (sent)
            {
                sent.Add(message.Id);
            }

            return true;
        }
        catch (MessageReturnedException)
        {
            // No queue is bound: its consumer has not started yet, or nobody wants the event.
            activity?.SetTag("outbox.unheard", true);
            _unheard.Add(message.Type);
            Unheard(message, sent, unheard);
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or MessageException)
        {
            LogRefused(log, exception, message.Id, message.Type);
            activity.Fail(exception);
            metrics.Refused();
            lock (sent)
            {
                refused.Add((message.Id, exception.Message));
            }

            return false;
        }
    }

    /// <summary>It waits for a listener, or is let go of when its time to be heard is over.</summary>
    private void Unheard(Waiting message, List<Guid> sent, List<Guid> unheard)
    {
        lock (sent)
        {
            (clock.GetUtcNow() - message.OccurredAt < HearingTime ? unheard : sent).Add(message.Id);
        }
    }

    private static async Task<List<Waiting>> ReadAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Read, connection) { Parameters = { new() { Value = BatchSize }, new() { Value = BatchBytes } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var batch = new List<Waiting>();
        while (await reader.ReadAsync(ct))
        {
            batch.Add(new Waiting(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3),
                reader.IsDBNull(4) ? null : reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetString(5),
                reader.IsDBNull(6) ? null : reader.GetString(6), reader.GetFieldValue<DateTimeOffset>(7)));
        }

        return batch;
    }

    private static async Task SettleAsync(
        NpgsqlConnection connection, List<Guid> sent, List<(Guid Id, string Error)> refused, List<Guid> unheard, CancellationToken ct)
    {
        if (unheard.Count > 0)
        {
            await using var defer = new NpgsqlCommand(Defer, connection) { Parameters = { new() { Value = unheard.ToArray() } } };
            await defer.ExecuteNonQueryAsync(ct);
        }

        if (sent.Count > 0)
        {
            await using var delete = new NpgsqlCommand(Delete, connection) { Parameters = { new() { Value = sent.ToArray() } } };
            await delete.ExecuteNonQueryAsync(ct);
        }

        foreach (var (id, error) in refused)
        {
            await using var fail = new NpgsqlCommand(Fail, connection)
            {
                Parameters = { new() { Value = id }, new() { Value = error }, new() { Value = MaxAttempts } },
            };
            await fail.ExecuteNonQueryAsync(ct);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The outbox relay pauses: broker or database cannot be reached")]
    private static partial void LogPaused(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "Message {Id} of type {Type} cannot be sent")]
    private static partial void LogRefused(ILogger logger, Exception exception, Guid id, string type);

    /// <summary>A row of the outbox; its body stays the UTF-8 that it is stored and sent as.</summary>
    private sealed record Waiting(
        Guid Id, Guid TenantId, string Type, byte[] Body, string? Actor, string? TraceParent, string? OrderKey, DateTimeOffset OccurredAt);
}
