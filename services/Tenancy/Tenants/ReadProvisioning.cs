using Microsoft.EntityFrameworkCore;

namespace Platform.Tenancy.Tenants;

/// <summary>Which services are ready for a tenant.</summary>
internal sealed class ReadProvisioning(OtherTenant other)
{
    /// <summary>The services that hold something of a tenant, and so answer to its creation.</summary>
    private static readonly string[] Expected = ["identity", "threatintel", "knowledgegraph", "agent"];

    public async Task<IReadOnlyList<ServiceProvisioning>> RunAsync(Guid tenantId, CancellationToken ct)
    {
        var ready = await other.RunAsync(tenantId, (db, token) => db.TenantServices.AsNoTracking()
            .Where(s => s.TenantId == tenantId).ToDictionaryAsync(s => s.Service, s => s.ReadyAt, token), ct);
        return [.. Expected.Union(ready.Keys).Select(name => ready.TryGetValue(name, out var at)
            ? new ServiceProvisioning(name, "ready", at)
            : new ServiceProvisioning(name, "pending", null))];
    }
}
