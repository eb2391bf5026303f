using System.Diagnostics;
using System.Text.Json;
using NpgsqlTypes;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>Writes events into the outbox where the change itself does not go through EF Core.</summary>
public static class OutboxWriter
{
    // PostgreSQL refuses COPY into a table under row-level security; one INSERT over arrays is as few round trips.
    private const string Insert = """
        INSERT INTO outbox (id, tenant_id, type, body, actor, trace_parent, order_key, occurred_at, attempts, next_attempt_at)
        SELECT e.id, $1, e.type, e.body, $2, $3, $4, $5, 0, $9 FROM unnest($6::uuid[], $7::text[], $8::text[]) AS e(id, type, body)
        """;

    private const string SendNow = "UPDATE outbox SET next_attempt_at = NULL WHERE tenant_id = $1 AND next_attempt_at = $2 AND attempts = 0";

    /// <summary>Adds events to the session's transaction, in the order given.</summary>
    public static Task WriteAsync(
        TenantSession session, IReadOnlyCollection<IIntegrationEvent> events, string? actor, string? orderKey, DateTimeOffset now, CancellationToken ct) =>
        WriteAsync(session, OutboxRows.Of(events, now), actor, orderKey, now, ct);

    /// <summary>The same, for events that were serialized before. They are sent from <paramref name="sendFrom"/> on, or at once.</summary>
    public static async Task WriteAsync(
        TenantSession session, OutboxRows rows, string? actor, string? orderKey, DateTimeOffset now, CancellationToken ct, DateTimeOffset? sendFrom = null)
    {
        if (rows.Ids.Length == 0)
        {
            return;
        }

        await using var command = session.Command(Insert);
        command.Parameters.Add(new() { Value = session.TenantId });
        command.Parameters.Add(new() { Value = (object?)actor ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)Activity.Current?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)orderKey ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = now.ToUniversalTime() });
        command.Parameters.Add(new() { Value = rows.Ids });
        command.Parameters.Add(new() { Value = rows.Types });
        // As UTF-8: half a megabyte of text would otherwise be widened to one of characters and narrowed again.
        command.Parameters.Add(new() { Value = rows.Bodies, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)sendFrom?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Lets go of the tenant's events that were written to be sent from <paramref name="sendFrom"/> on.</summary>
    public static async Task SendNowAsync(TenantSession session, DateTimeOffset sendFrom, CancellationToken ct)
    {
        await using var command = session.Command(SendNow);
        command.Parameters.Add(new() { Value = session.TenantId });
        command.Parameters.Add(new() { Value = sendFrom.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>Events as the outbox holds them: made of many large ones, they are work worth doing while the database does its own.</summary>
public sealed class OutboxRows
{
    private OutboxRows(int count) => (Ids, Types, Bodies) = (new Guid[count], new string[count], new byte[count][]);

    internal Guid[] Ids { get; }

    internal string[] Types { get; }

    internal byte[][] Bodies { get; }

    /// <summary>Serializes events.</summary>
    public static OutboxRows Of(IReadOnlyCollection<IIntegrationEvent> events, DateTimeOffset now)
    {
        var rows = new OutboxRows(events.Count);
        var next = 0;
        foreach (var told in events)
        {
            rows.Ids[next] = Guid.CreateVersion7(now);
            rows.Types[next] = told.GetType().FullName!;
            rows.Bodies[next++] = JsonSerializer.SerializeToUtf8Bytes(told, told.GetType(), EventTypes.Json);
        }

        return rows;
    }
}
