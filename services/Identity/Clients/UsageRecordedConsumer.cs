using System.Security.Cryptography;
using System.Text;
using MassTransit;
using Npgsql;
using Platform.Contracts.Gateway;
using Platform.ServiceDefaults;

namespace Platform.Identity.Clients;

/// <summary>
/// Counts what clients do. A gateway may send a piece of its journal again under another message id, so the place in the
/// journal decides what is new; one piece holds requests of several tenants.
/// </summary>
internal sealed class UsageRecordedConsumer(NpgsqlDataSource source, TimeProvider clock) : IConsumer<Batch<UsageRecorded>>
{
    private const string Mark = "INSERT INTO inbox (message_id, consumer, processed_at) VALUES ($1, 'client-usage', $2) ON CONFLICT DO NOTHING";
    private const string Enter = "SELECT set_config('app.tenant_id', $1::uuid::text, true)";

    private const string Count = """
        INSERT INTO client_usage (tenant_id, client_id, day, requests, errors, request_bytes, response_bytes) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (tenant_id, client_id, day) DO UPDATE SET requests = client_usage.requests + excluded.requests, errors = client_usage.errors + excluded.errors,
            request_bytes = client_usage.request_bytes + excluded.request_bytes, response_bytes = client_usage.response_bytes + excluded.response_bytes
        """;

    public async Task Consume(ConsumeContext<Batch<UsageRecorded>> context)
    {
        var ct = context.CancellationToken;
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var days = new SortedDictionary<(Guid Tenant, string Client, DateOnly Day), Sum>();
        foreach (var message in Envelopes.Read(context))
        {
            var piece = message.Event;
            if (piece.Entries.Any(IsOfClient) && await ExecuteAsync(connection, Mark, ct, PlaceOf(piece), clock.GetUtcNow()) == 1)
            {
                Add(days, piece.Entries);
            }
        }

        foreach (var ((tenant, client, day), sum) in days)
        {
            await ExecuteAsync(connection, Enter, ct, tenant);
            await ExecuteAsync(connection, Count, ct, tenant, client, day, sum.Requests, sum.Errors, sum.RequestBytes, sum.ResponseBytes);
        }

        await transaction.CommitAsync(ct);
    }

    private static void Add(SortedDictionary<(Guid, string, DateOnly), Sum> days, IReadOnlyList<UsageEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (!IsOfClient(entry))
            {
                continue;
            }

            var key = (entry.TenantId, entry.Subject!, DateOnly.FromDateTime(entry.Timestamp.UtcDateTime));
            var sum = days.GetValueOrDefault(key);
            days[key] = new Sum(
                sum.Requests + 1, sum.Errors + (entry.StatusCode >= 400 ? 1 : 0), sum.RequestBytes + entry.RequestSizeBytes, sum.ResponseBytes + entry.ResponseSizeBytes);
        }
    }

    private static bool IsOfClient(UsageEntry entry) => entry.Subject is { } subject && ClientSecrets.TenantOf(subject) == entry.TenantId;

    private static Guid PlaceOf(UsageRecorded piece) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{piece.Instance}/{piece.Segment}/{piece.Offset}")).AsSpan(0, 16));

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
#pragma warning disable CA2100 // The constants above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteNonQueryAsync(ct);
    }

    private readonly record struct Sum(long Requests, long Errors, long RequestBytes, long ResponseBytes);
}
