using System.Text.Json.Nodes;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Tenants;

/// <summary>The life of a tenant after its creation. Each change and its event commit together.</summary>
internal sealed class ChangeTenant(TenancyDb db, CallContext call, TimeProvider clock)
{
    /// <summary>Changes name, plan and settings.</summary>
    public async Task UpdateAsync(Tenant tenant, string name, Plan plan, JsonObject? settings, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        tenant.Name = name;
        tenant.Plan = plan;
        tenant.Settings = settings?.ToJsonString() ?? "{}";
        tenant.Touch(now);
        Say(tenant, new TenantUpdated(tenant.Id, tenant.Name, tenant.Slug, tenant.PlanName()), "tenant_updated", now);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Stops a tenant's requests; a second time changes nothing.</summary>
    public async Task SuspendAsync(Tenant tenant, string? reason, CancellationToken ct)
    {
        RefuseDefault(tenant, "suspended");
        if (tenant.Status == TenantStatus.Suspended)
        {
            return;
        }

        var now = clock.GetUtcNow();
        tenant.Status = TenantStatus.Suspended;
        tenant.SuspensionReason = reason;
        tenant.Touch(now);
        Say(tenant, new TenantSuspended(tenant.Id, reason), "tenant_suspended", now);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Lets a suspended tenant work again; an active one stays as it is.</summary>
    public async Task ReactivateAsync(Tenant tenant, CancellationToken ct)
    {
        if (tenant.Status == TenantStatus.Active)
        {
            return;
        }

        var now = clock.GetUtcNow();
        tenant.Status = TenantStatus.Active;
        tenant.SuspensionReason = null;
        tenant.Touch(now);
        Say(tenant, new TenantReactivated(tenant.Id), "tenant_reactivated", now);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Deletes softly: nobody can use the tenant any more, and its slug stays taken.</summary>
    public async Task DeleteAsync(Tenant tenant, CancellationToken ct)
    {
        RefuseDefault(tenant, "deleted");
        var now = clock.GetUtcNow();
        tenant.Status = TenantStatus.Cancelled;
        tenant.Touch(now);
        Say(tenant, new TenantDeleted(tenant.Id), "tenant_deleted", now);
        await db.SaveChangesAsync(ct);
    }

    private void Say(Tenant tenant, IIntegrationEvent @event, string action, DateTimeOffset now)
    {
        db.PublishFor(tenant.Id, @event, tenant.OrderKey());
        db.Record(call, action, $"tenant/{tenant.Id}", now);
    }

    private static void RefuseDefault(Tenant tenant, string what)
    {
        if (tenant.Id == WellKnown.DefaultTenantId)
        {
            throw new FaultException(new Fault(ErrorCodes.Conflict, $"The default tenant cannot be {what}."));
        }
    }
}
