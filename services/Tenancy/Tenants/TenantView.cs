using System.Text.Json;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Tenants;

/// <summary>A tenant as clients see it; <c>Services</c> is there where one tenant is read.</summary>
internal sealed record TenantView(
    Guid Id,
    string Name,
    string Slug,
    Plan Plan,
    TenantStatus Status,
    string? SuspensionReason,
    string? AdminEmail,
    JsonElement Settings,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    IReadOnlyList<ServiceProvisioning>? Services = null)
{
    public static TenantView Of(Tenant tenant, IReadOnlyList<ServiceProvisioning>? services = null) => new(
        tenant.Id,
        tenant.Name,
        tenant.Slug,
        tenant.Plan,
        tenant.Status,
        tenant.SuspensionReason,
        tenant.AdminEmail,
        JsonElement.Parse(tenant.Settings),
        tenant.CreatedAt,
        tenant.UpdatedAt,
        services);
}

/// <summary>Whether one service has what it needs for the tenant: <c>ready</c> or <c>pending</c>.</summary>
internal sealed record ServiceProvisioning(string Service, string Status, DateTimeOffset? ReadyAt);
