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
    private readonly AuditShipper? _shipper = services.GetService<AuditShipper>();

    /// <summary>Records what a caller did or was refused, in the caller's tenant.</summary>
    public async Task RecordAsync(
        Caller caller, string action, string resource, string outcome, string? address, IReadOnlyDictionary<string, string>? details, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var record = new AuditRecorded(action, resource, outcome, caller.Subject, address, details, now);
        if (_shipper is not null)
        {
            _shipper.Enqueue(caller.TenantId, record);
        }
        else if (_database is not null)
        {
            await using var session = await TenantSession.OpenAsync(_database, caller.TenantId, ct);
            await OutboxWriter.WriteAsync(session, [record], caller.Subject, orderKey: null, now, ct);
            await session.CommitAsync(ct);
        }
    }
}
