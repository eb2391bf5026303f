using MassTransit;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts.Identity;
using Platform.Contracts.Tenancy;
using Platform.Identity.Roles;
using Platform.Identity.Storage;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity.Tenants;

/// <summary>A new tenant can have users once it is known here; its first administrator, where it names one, is invited.</summary>
internal sealed class TenantCreatedConsumer(Inbox<IdentityDb> inbox, InviteUser invite, TimeProvider clock) : IConsumer<Batch<TenantCreated>>
{
    public Task Consume(ConsumeContext<Batch<TenantCreated>> context) =>
        inbox.ProcessAsync(context, nameof(TenantCreatedConsumer), async (db, _, messages, ct) =>
        {
            foreach (var message in messages)
            {
                var tenant = message.Event;
                await TenantCopies.NameAsync(db, tenant.TenantId, tenant.Slug, tenant.Name, message.OccurredAt, ct);
                await InviteAdminAsync(db, tenant, ct);
                db.PublishFor(tenant.TenantId, new TenantProvisioned(tenant.TenantId, "identity"), tenant.TenantId.ToString());
            }
        });

    private async Task InviteAdminAsync(IdentityDb db, TenantCreated tenant, CancellationToken ct)
    {
        if (!EmailAddress.IsValid(tenant.AdminEmail) || await db.Users.AnyAsync(ct))
        {
            return;
        }

        var role = (await db.FindRoleAsync(BuiltInRoles.Admin, ct))!;
        var admin = CreateUser.New(tenant.TenantId, tenant.AdminEmail!, role, null, mustChange: false, clock.GetUtcNow());
        db.Users.Add(admin);
        db.PublishFor(tenant.TenantId, new UserCreated(tenant.TenantId, admin.Id, admin.UserName!, admin.Role), admin.Id.ToString());
        invite.Add(db, admin, null, null);
    }
}
