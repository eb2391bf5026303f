using MassTransit;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Tenants;

/// <summary>Notes that a service is ready for a tenant.</summary>
internal sealed class TenantProvisionedConsumer(Inbox<TenancyDb> inbox) : IConsumer<Batch<TenantProvisioned>>
{
    public Task Consume(ConsumeContext<Batch<TenantProvisioned>> context) =>
        inbox.ProcessAsync(context, "tenancy.tenant-provisioned", async (db, _, messages, ct) =>
        {
            foreach (var message in messages)
            {
                // An answer for a tenant that was never registered here is nobody's, and must not block the others.
                await db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO tenant_services (tenant_id, service, ready_at)
                    SELECT t.id, {message.Event.Service}, {message.OccurredAt} FROM tenants t WHERE t.id = {message.TenantId}
                    ON CONFLICT (tenant_id, service) DO UPDATE SET ready_at = coalesce(tenant_services.ready_at, excluded.ready_at)
                    """,
                    ct);
            }
        });
}
