using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Tenants;

/// <summary>The platform's tenants, for its administrators.</summary>
internal static class TenantEndpoints
{
    private static readonly Sorts<Tenant> Order = Sorts<Tenant>.By(t => t.Id)
        .Add("created_at", t => t.CreatedAt)
        .Add("updated_at", t => t.UpdatedAt)
        .Add("name", t => t.Name)
        .Add("slug", t => t.Slug)
        .Default("created_at", descending: true);

    public static void MapTenants(this IEndpointRouteBuilder api)
    {
        var tenants = api.MapGroup("/admin/tenants").RequirePermission("manage:tenants").WithTags("tenants");
        tenants.MapPost("", CreateAsync).WithIdempotency().WithSummary("Create a tenant");
        tenants.MapGet("", ListAsync).WithPaging().WithSummary("List tenants");
        tenants.MapGet("/{id:guid}", GetAsync).WithSummary("Read a tenant and how far each service is with it");
        tenants.MapPatch("/{id:guid}", UpdateAsync).WithSummary("Change a tenant (JSON Merge Patch)");
        tenants.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Delete a tenant and erase what every service holds of it");
        tenants.MapPost("/{id:guid}/suspend", SuspendAsync).WithSummary("Refuse a tenant's requests from now on");
        tenants.MapPost("/{id:guid}/reactivate", ReactivateAsync).WithSummary("Let a suspended tenant work again");
    }

    private static async Task<Created<TenantView>> CreateAsync(Body<NewTenant> body, CreateTenant create, HttpContext http, CancellationToken ct)
    {
        var tenant = await create.RunAsync(body.Value, ct);
        http.Response.SetETag(tenant.Version);
        return TypedResults.Created($"{http.Request.Path.Value!.TrimEnd('/')}/{tenant.Id}", TenantView.Of(tenant));
    }

    private static async Task<PageResult<TenantView>> ListAsync(PageRequest page, HttpContext http, TenancyDb db, CancellationToken ct)
    {
        var query = new QueryReader(http.Request.Query);
        var status = query.OneOf("status", "", "active", "suspended", "cancelled");
        query.ThrowIfInvalid();
        var tenants = db.Tenants.AsNoTracking();
        if (status.Length > 0)
        {
            var wanted = Enum.Parse<TenantStatus>(status, ignoreCase: true);
            tenants = tenants.Where(t => t.Status == wanted);
        }
        else
        {
            tenants = tenants.Where(t => t.Status != TenantStatus.Cancelled);
        }

        return (await tenants.ToPageAsync(page, Order, ct)).Select(t => TenantView.Of(t)).ToResult();
    }

    private static async Task<Results<Ok<TenantView>, FaultResult>> GetAsync(
        Guid id, TenancyDb db, ReadProvisioning provisioning, HttpResponse response, CancellationToken ct)
    {
        // A deleted one can still be read: it shows what of it is erased where.
        if (await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Id == id, ct) is not { } tenant)
        {
            return Faults.NotFound("tenant");
        }

        response.SetETag(tenant.Version);
        return TypedResults.Ok(TenantView.Of(tenant, await provisioning.RunAsync(id, tenant.Status == TenantStatus.Cancelled, ct)));
    }

    private static Task<Results<Ok<TenantView>, FaultResult>> UpdateAsync(
        Guid id, Patch<TenantChange> patch, TenancyDb db, ChangeTenant change, HttpContext http, CancellationToken ct) =>
        ChangeAsync(id, db, http, async tenant =>
        {
            var wanted = await patch.ApplyAsync(new TenantChange(tenant.Name, tenant.PlanName(), tenant.SettingsObject()));
            await change.UpdateAsync(tenant, wanted.Name!, TenantRules.ParsePlan(wanted.Plan), wanted.Settings, ct);
        }, ct);

    private static Task<Results<Ok<TenantView>, FaultResult>> SuspendAsync(
        Guid id, OptionalBody<Suspension> body, TenancyDb db, ChangeTenant change, HttpContext http, CancellationToken ct) =>
        ChangeAsync(id, db, http, tenant => change.SuspendAsync(tenant, body.Value?.Reason, ct), ct);

    private static Task<Results<Ok<TenantView>, FaultResult>> ReactivateAsync(
        Guid id, TenancyDb db, ChangeTenant change, HttpContext http, CancellationToken ct) =>
        ChangeAsync(id, db, http, tenant => change.ReactivateAsync(tenant, ct), ct);

    private static async Task<Results<NoContent, FaultResult>> DeleteAsync(
        Guid id, TenancyDb db, ChangeTenant change, HttpRequest request, CancellationToken ct)
    {
        if (await FindAsync(db, id, ct) is { } tenant)
        {
            if (!request.IfMatch(tenant.Version))
            {
                return Faults.PreconditionFailed();
            }

            await change.DeleteAsync(tenant, ct);
        }

        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<TenantView>, FaultResult>> ChangeAsync(
        Guid id, TenancyDb db, HttpContext http, Func<Tenant, Task> change, CancellationToken ct)
    {
        if (await FindAsync(db, id, ct) is not { } tenant)
        {
            return Faults.NotFound("tenant");
        }

        if (!http.Request.IfMatch(tenant.Version))
        {
            return Faults.PreconditionFailed();
        }

        await change(tenant);
        http.Response.SetETag(tenant.Version);
        return TypedResults.Ok(TenantView.Of(tenant));
    }

    private static Task<Tenant?> FindAsync(TenancyDb db, Guid id, CancellationToken ct) =>
        db.Tenants.SingleOrDefaultAsync(t => t.Id == id && t.Status != TenantStatus.Cancelled, ct);

    /// <summary>Why a tenant is suspended.</summary>
    internal sealed record Suspension(string? Reason);

    internal sealed class SuspensionValidator : AbstractValidator<Suspension>
    {
        public SuspensionValidator() => RuleFor(s => s.Reason).MaximumLength(500).WithMessage("must be at most 500 characters");
    }
}
