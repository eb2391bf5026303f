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

/// <summary>How far one service is with the tenant.</summary>
/// <param name="Service">The service.</param>
/// <param name="Status"><c>ready</c> or <c>pending</c>; of a deleted tenant <c>erasing</c> or <c>erased</c>.</param>
/// <param name="ReadyAt">When it had what it needs.</param>
/// <param name="ErasedAt">When it held nothing of the tenant any more.</param>
/// <param name="Erased">How much it erased.</param>
internal sealed record ServiceProvisioning(string Service, string Status, DateTimeOffset? ReadyAt, DateTimeOffset? ErasedAt, long? Erased);
