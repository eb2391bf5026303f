using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Platform.ServiceDefaults;

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
            var messages = group.ToList();
            await BatchWork.RunAsync(consumer, messages, () => ProcessTenantAsync(group.Key, messages, consumer, work, context.CancellationToken));
        }
    }

    private async Task ProcessTenantAsync<T>(
        Guid tenant, List<Received<T>> messages, string consumer, Func<TDb, IServiceProvider, IReadOnlyList<Received<T>>, CancellationToken, Task> work, CancellationToken ct)
        where T : class
    {
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
