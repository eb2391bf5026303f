using MassTransit;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Tenants;

/// <summary>
/// Erases what Tenancy itself holds of a deleted tenant: keys, limits, usage, settings, the address of its administrator.
/// The row of the tenant stays, so that its slug cannot come to mean somebody else, with what each service has erased.
/// </summary>
internal sealed class TenantDeletedConsumer(Inbox<TenancyDb> inbox) : IConsumer<Batch<TenantDeleted>>
{
    private static readonly string[] Kept = ["tenant_services"];

    public Task Consume(ConsumeContext<Batch<TenantDeleted>> context) =>
        inbox.ProcessAsync(context, "tenancy.tenant-deleted", async (db, _, messages, ct) =>
        {
            foreach (var message in messages)
            {
                var tenant = message.Event.TenantId;
                var erased = await EraseTenant.RunAsync(db, tenant, Kept, ct);
                await db.Database.ExecuteSqlAsync(
                    $"UPDATE tenants SET settings = '{{}}'::jsonb, admin_email = NULL, suspension_reason = NULL WHERE id = {tenant} AND status = 'cancelled'", ct);
                db.PublishFor(tenant, new TenantErased(tenant, TenancySetup.ServiceName, erased), tenant.ToString("N"));
            }
        });
}
