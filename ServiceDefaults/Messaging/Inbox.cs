using System.Diagnostics;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>An event with its envelope.</summary>
/// <typeparam name="T">The event.</typeparam>
public sealed record Received<T>(Guid MessageId, Guid TenantId, string? Actor, DateTimeOffset OccurredAt, string? TraceParent, T Event)
    where T : class;

/// <summary>Processes batches of events exactly once: the work and the message ids commit together.</summary>
/// <typeparam name="TDb">The service's database.</typeparam>
public sealed class Inbox<TDb>(IServiceScopeFactory scopes, TimeProvider clock)
    where TDb : PlatformDbContext
{
    private const string Mark = """
        INSERT INTO inbox (message_id, consumer, processed_at) SELECT id, $2, $3 FROM unnest($1::uuid[]) AS m(id)
        ON CONFLICT DO NOTHING RETURNING message_id
        """;

    /// <summary>
    /// Calls <paramref name="work"/> once a tenant of the batch, inside that tenant and a transaction, with the messages
    /// not seen before, in order. Changes made through the context are saved; throwing rolls everything of that tenant back.
    /// </summary>
    public async Task ProcessAsync<T>(
        ConsumeContext<Batch<T>> context,
        string consumer,
        Func<TDb, IServiceProvider, IReadOnlyList<Received<T>>, CancellationToken, Task> work)
        where T : class
    {
        foreach (var group in Envelopes.Read(context).GroupBy(m => m.TenantId))
        {
            await ProcessTenantAsync(group.Key, group.ToList(), consumer, work, context.CancellationToken);
        }
    }

    private async Task ProcessTenantAsync<T>(
        Guid tenant, List<Received<T>> messages, string consumer, Func<TDb, IServiceProvider, IReadOnlyList<Received<T>>, CancellationToken, Task> work, CancellationToken ct)
        where T : class
    {
        using var activity = Envelopes.StartActivity(consumer, messages);
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(Caller.ForService(tenant, consumer));
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var fresh = await MarkAsync(db, messages.Select(m => m.MessageId).ToArray(), consumer, ct);
        var remaining = messages.Where(m => fresh.Remove(m.MessageId)).ToList();
        if (remaining.Count > 0)
        {
            await work(db, scope.ServiceProvider, remaining, ct);
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
    }

    private async Task<HashSet<Guid>> MarkAsync(TDb db, Guid[] ids, string consumer, CancellationToken ct)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var command = new NpgsqlCommand(Mark, connection)
        {
            Parameters = { new() { Value = ids }, new() { Value = consumer }, new() { Value = clock.GetUtcNow() } },
        };
        var fresh = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            fresh.Add(reader.GetGuid(0));
        }

        return fresh;
    }
}

/// <summary>Reads the envelope of events from message headers.</summary>
public static class Envelopes
{
    private static readonly ActivitySource Source = new("Platform.Inbox");

    /// <summary>The events of a batch with their envelopes; a message without an id or tenant is not ours and throws.</summary>
    public static List<Received<T>> Read<T>(ConsumeContext<Batch<T>> context)
        where T : class
    {
        var batch = new List<Received<T>>(context.Message.Length);
        for (var i = 0; i < context.Message.Length; i++)
        {
            batch.Add(Read(context.Message[i]));
        }

        return batch;
    }

    /// <summary>One event with its envelope.</summary>
    public static Received<T> Read<T>(ConsumeContext<T> message)
        where T : class
    {
        if (message.MessageId is not { } id || !Guid.TryParse(message.Headers.Get<string>(WellKnown.EventHeaders.Tenant), out var tenant))
        {
            throw new InvalidOperationException("The message has no id or no tenant in its envelope.");
        }

        var occurred = DateTimeOffset.TryParse(message.Headers.Get<string>(WellKnown.EventHeaders.OccurredAt), out var at) ? at : TimeProvider.System.GetUtcNow();
        return new Received<T>(
            id, tenant, message.Headers.Get<string>(WellKnown.EventHeaders.Actor), occurred, message.Headers.Get<string>(WellKnown.EventHeaders.TraceParent), message.Message);
    }

    /// <summary>A span for the work on a batch: part of the first message's trace, linked to the others'.</summary>
    public static Activity? StartActivity<T>(string consumer, IReadOnlyList<Received<T>> messages)
        where T : class
    {
        ActivityContext.TryParse(messages[0].TraceParent, null, isRemote: true, out var parent);
        var links = new List<ActivityLink>();
        for (var i = 1; i < messages.Count && links.Count < 32; i++)
        {
            if (ActivityContext.TryParse(messages[i].TraceParent, null, isRemote: true, out var link) && link.TraceId != parent.TraceId)
            {
                links.Add(new ActivityLink(link));
            }
        }

        var activity = Source.StartActivity(ActivityKind.Consumer, parent, links: links, name: $"{consumer} process");
        activity?.SetTag("messaging.operation.type", "process");
        activity?.SetTag("messaging.batch.message_count", messages.Count);
        return activity;
    }
}
