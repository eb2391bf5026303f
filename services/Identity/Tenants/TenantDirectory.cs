using System.Net;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Identity.Storage;

namespace Platform.Identity.Tenants;

/// <summary>Finds the tenant of somebody who is not signed in yet.</summary>
internal sealed class TenantDirectory(IdentityDb db)
{
    /// <summary>Stands for a slug that no tenant has: nobody can be found in it, and attempts are counted as elsewhere.</summary>
    public static readonly Guid Nowhere = Guid.Empty;

    /// <summary>By the slug, where one is given, else by the host name <c>{slug}.…</c>, else the default tenant.</summary>
    public async Task<Guid> FindAsync(string? slug, string? host, CancellationToken ct)
    {
        if (!string.IsNullOrEmpty(slug))
        {
            return await BySlugAsync(slug, ct) ?? Nowhere;
        }

        return FirstLabel(host) is { } label && await BySlugAsync(label, ct) is { } found ? found : WellKnown.DefaultTenantId;
    }

    public Task<Tenant?> GetAsync(Guid id, CancellationToken ct) =>
        db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Id == id && t.Status != TenantStatus.Deleted, ct);

    /// <summary>The first label of a name with at least two; never a part of a numeric address.</summary>
    internal static string? FirstLabel(string? host)
    {
        if (string.IsNullOrEmpty(host))
        {
            return null;
        }

        var name = host.StartsWith('[') ? host : host.Split(':')[0];
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && !IPAddress.TryParse(name, out _) ? name[..dot].ToLowerInvariant() : null;
    }

    private async Task<Guid?> BySlugAsync(string slug, CancellationToken ct)
    {
        var found = await db.Tenants.AsNoTracking().Where(t => t.Slug == slug && t.Status != TenantStatus.Deleted).Select(t => t.Id).ToListAsync(ct);
        return found.Count == 1 ? found[0] : null;
    }
}
