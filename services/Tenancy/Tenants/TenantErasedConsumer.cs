using MassTransit;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Tenants;

/// <summary>Notes that a service holds nothing of a deleted tenant any more.</summary>
internal sealed class TenantErasedConsumer(Inbox<TenancyDb> inbox) : IConsumer<Batch<TenantErased>>
{
    public Task Consume(ConsumeContext<Batch<TenantErased>> context) =>
        inbox.ProcessAsync(context, "tenancy.tenant-erased", async (db, _, messages, ct) =>
        {
            foreach (var message in messages)
            {
                await db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO tenant_services (tenant_id, service, erased_at, erased)
                    SELECT t.id, {message.Event.Service}, {message.OccurredAt}, {message.Event.Erased} FROM tenants t WHERE t.id = {message.TenantId} AND t.status = 'cancelled'
                    ON CONFLICT (tenant_id, service) DO UPDATE SET erased_at = excluded.erased_at, erased = coalesce(tenant_services.erased, 0) + coalesce(excluded.erased, 0)
                    """,
                    ct);
            }
        });
}
