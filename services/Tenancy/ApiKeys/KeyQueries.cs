using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.ApiKeys;

/// <summary>Which keys a caller manages.</summary>
internal static class KeyQueries
{
    /// <summary>
    /// Who holds manage:api_keys manages every key of the tenant, who holds manage:own_api_keys those they created.
    /// Other tenants' keys are kept away by row-level security.
    /// </summary>
    public static IQueryable<ApiKey> ManagedBy(this IQueryable<ApiKey> keys, CallContext call)
    {
        if (call.IsAllowed("manage:api_keys"))
        {
            return keys;
        }

        var subject = call.Subject;
        return keys.Where(k => k.CreatedBy == subject);
    }

    /// <summary>A key that is not revoked; null where the caller has none of that id.</summary>
    public static Task<ApiKey?> FindActiveAsync(this IQueryable<ApiKey> keys, Guid id, CallContext call, CancellationToken ct) =>
        keys.ManagedBy(call).SingleOrDefaultAsync(k => k.Id == id && k.Status == ApiKeyStatus.Active, ct);
}
