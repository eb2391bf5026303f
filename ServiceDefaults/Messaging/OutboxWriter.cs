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
        INSERT INTO outbox (id, tenant_id, type, body, actor, trace_parent, order_key, occurred_at, attempts)
        SELECT e.id, $1, e.type, e.body, $2, $3, $4, $5, 0 FROM unnest($6::uuid[], $7::text[], $8::text[]) AS e(id, type, body)
        """;

    /// <summary>Adds events to the session's transaction, in the order given.</summary>
    public static async Task WriteAsync(
        TenantSession session, IReadOnlyCollection<IIntegrationEvent> events, string? actor, string? orderKey, DateTimeOffset now, CancellationToken ct)
    {
        if (events.Count == 0)
        {
            return;
        }

        var ids = new Guid[events.Count];
        var types = new string[events.Count];
        var bodies = new byte[events.Count][];
        var next = 0;
        foreach (var told in events)
        {
            ids[next] = Guid.CreateVersion7(now);
            types[next] = told.GetType().FullName!;
            bodies[next++] = JsonSerializer.SerializeToUtf8Bytes(told, told.GetType(), EventTypes.Json);
        }

        await using var command = session.Command(Insert);
        command.Parameters.Add(new() { Value = session.TenantId });
        command.Parameters.Add(new() { Value = (object?)actor ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)Activity.Current?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)orderKey ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = now.ToUniversalTime() });
        command.Parameters.Add(new() { Value = ids });
        command.Parameters.Add(new() { Value = types });
        // As UTF-8: half a megabyte of text would otherwise be widened to one of characters and narrowed again.
        command.Parameters.Add(new() { Value = bodies, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(ct);
    }
}
