using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Tenants;

/// <summary>Registers a tenant; the services provision their parts when they hear of it.</summary>
internal sealed class CreateTenant(TenancyDb db, CallContext call, TimeProvider clock)
{
    public async Task<Tenant> RunAsync(NewTenant spec, CancellationToken ct)
    {
        // The unique index decides between two at once; this question gives the better message.
        if (await db.Tenants.AnyAsync(t => t.Slug == spec.Slug, ct))
        {
            throw new FaultException(new Fault(ErrorCodes.ResourceExists, $"The slug '{spec.Slug}' is taken."));
        }

        var now = clock.GetUtcNow();
        var tenant = new Tenant
        {
            Id = Guid.CreateVersion7(now),
            Name = spec.Name!,
            Slug = spec.Slug!,
            Plan = TenantRules.ParsePlan(spec.Plan),
            Status = TenantStatus.Active,
            Settings = spec.Settings?.ToJsonString() ?? "{}",
            AdminEmail = spec.AdminEmail,
            CreatedAt = now,
            UpdatedAt = now,
            Version = 1,
        };
        db.Tenants.Add(tenant);
        db.PublishFor(tenant.Id, new TenantCreated(tenant.Id, tenant.Name, tenant.Slug, tenant.PlanName(), tenant.AdminEmail), tenant.OrderKey());
        db.Record(call, "tenant_created", $"tenant/{tenant.Id}", now, new Dictionary<string, string> { ["slug"] = tenant.Slug, ["plan"] = tenant.PlanName() });
        await db.SaveChangesAsync(ct);
        return tenant;
    }
}
