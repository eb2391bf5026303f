using Microsoft.EntityFrameworkCore;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Tenants;

/// <summary>How far each service is with a tenant: with what it needs, or with erasing it.</summary>
internal sealed class ReadProvisioning(OtherTenant other)
{
    /// <summary>The services that hold something of a tenant, and so answer to its creation.</summary>
    private static readonly string[] Expected = ["identity", "threatintel", "knowledgegraph", "agent"];

    public async Task<IReadOnlyList<ServiceProvisioning>> RunAsync(Guid tenantId, bool isDeleted, CancellationToken ct)
    {
        var known = await other.RunAsync(tenantId, (db, token) => db.TenantServices.AsNoTracking()
            .Where(s => s.TenantId == tenantId).ToDictionaryAsync(s => s.Service, token), ct);
        IEnumerable<string> names = isDeleted ? [.. Expected, TenancySetup.ServiceName] : Expected;
        return [.. names.Union(known.Keys).Select(name => Of(name, known.GetValueOrDefault(name), isDeleted))];
    }

    private static ServiceProvisioning Of(string name, TenantService? known, bool isDeleted) => isDeleted
        ? new ServiceProvisioning(name, known?.ErasedAt is null ? "erasing" : "erased", known?.ReadyAt, known?.ErasedAt, known?.Erased)
        : new ServiceProvisioning(name, known?.ReadyAt is null ? "pending" : "ready", known?.ReadyAt, null, null);
}
