using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>
/// Sends records to the audit log, which Identity keeps: through the outbox where the service has a database, so that a kill
/// loses none; otherwise from a queue in memory.
/// </summary>
public sealed class AuditRecorder(IServiceProvider services, TimeProvider clock)
{
    private readonly NpgsqlDataSource? _database = services.GetService<NpgsqlDataSource>();
    private readonly EventShipper? _shipper = services.GetService<EventShipper>();

    /// <summary>Records what a caller did or was refused, in the caller's tenant.</summary>
    public async Task RecordAsync(
        Caller caller, string action, string resource, string outcome, string? address, IReadOnlyDictionary<string, string>? details, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await RecordAsync(caller.TenantId, new AuditRecorded(action, resource, outcome, caller.Subject, address, details, now), ct);
    }

    /// <summary>Records what is put together already, in a tenant.</summary>
    public async Task RecordAsync(Guid tenantId, AuditRecorded record, CancellationToken ct)
    {
        if (_shipper is not null)
        {
            _shipper.Enqueue(tenantId, record, record.ActorId, record.At);
        }
        else if (_database is not null)
        {
            await using var session = await TenantSession.OpenAsync(_database, tenantId, ct);
            await OutboxWriter.WriteAsync(session, [record], record.ActorId, orderKey: null, record.At, ct);
            await session.CommitAsync(ct);
        }
    }
}
