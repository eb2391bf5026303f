using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Tenants;

/// <summary>The caller's own tenant, for its administrators.</summary>
internal static class OwnTenantEndpoints
{
    public static void MapOwnTenant(this IEndpointRouteBuilder api)
    {
        var tenant = api.MapGroup("/tenant").RequirePermission("manage:config").WithTags("tenant");
        tenant.MapGet("", GetAsync).WithSummary("Read your tenant and its settings");
        tenant.MapPatch("", UpdateAsync).WithSummary("Change your tenant's name and settings (JSON Merge Patch)");
    }

    private static async Task<Results<Ok<TenantView>, FaultResult>> GetAsync(TenancyDb db, CallContext call, HttpResponse response, CancellationToken ct)
    {
        if (await FindAsync(db, call, ct) is not { } tenant)
        {
            return Faults.NotFound("tenant");
        }

        response.SetETag(tenant.Version);
        return TypedResults.Ok(TenantView.Of(tenant));
    }

    private static async Task<Results<Ok<TenantView>, FaultResult>> UpdateAsync(
        Patch<OwnTenantChange> patch, TenancyDb db, CallContext call, ChangeTenant change, HttpContext http, CancellationToken ct)
    {
        if (await FindAsync(db, call, ct) is not { } tenant)
        {
            return Faults.NotFound("tenant");
        }

        if (!http.Request.IfMatch(tenant.Version))
        {
            return Faults.PreconditionFailed();
        }

        var wanted = await patch.ApplyAsync(new OwnTenantChange(tenant.Name, tenant.SettingsObject()));
        await change.UpdateAsync(tenant, wanted.Name!, tenant.Plan, wanted.Settings, ct);
        http.Response.SetETag(tenant.Version);
        return TypedResults.Ok(TenantView.Of(tenant));
    }

    private static Task<Tenant?> FindAsync(TenancyDb db, CallContext call, CancellationToken ct)
    {
        var id = call.TenantId;
        return db.Tenants.SingleOrDefaultAsync(t => t.Id == id && t.Status != TenantStatus.Cancelled, ct);
    }
}
