using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Internal;

/// <summary>What other parts of the platform ask; the gateway never routes these.</summary>
internal static class InternalEndpoints
{
    public static IEndpointRouteBuilder MapInternal(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/internal").RequirePermission("use:internal").ExcludeFromDescription();
        group.MapPost("/keys/resolve", ResolveKeyAsync).WithSummary("Find what stands behind an API key");
        group.MapPost("/tenants/resolve", ResolveTenantAsync).WithSummary("Find a tenant's state and limits");
        return routes;
    }

    private static async Task<Results<Ok<ResolvedKey>, FaultResult>> ResolveKeyAsync(Body<KeyQuestion> body, ResolveKey keys, CancellationToken ct) =>
        await keys.FindAsync(body.Value.Key, ct) is { } key ? TypedResults.Ok(key) : Faults.NotFound("API key");

    private static async Task<Results<Ok<ResolvedTenant>, FaultResult>> ResolveTenantAsync(
        Body<TenantQuestion> body, ResolveTenant tenants, CancellationToken ct) =>
        await tenants.FindAsync(body.Value.TenantId, ct) is { } tenant ? TypedResults.Ok(tenant) : Faults.NotFound("tenant");

    internal sealed record KeyQuestion(string? Key);

    internal sealed record TenantQuestion(Guid TenantId);
}
