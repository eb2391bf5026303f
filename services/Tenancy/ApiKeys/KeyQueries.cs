using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.ApiKeys;

/// <summary>Which keys a caller manages.</summary>
internal static class KeyQueries
{
    /// <summary>
    /// Administrators of the tenant (who hold manage:config) manage every key of it, everybody else the keys that they
    /// created. Other tenants' keys are kept away by row-level security.
    /// </summary>
    public static IQueryable<ApiKey> ManagedBy(this IQueryable<ApiKey> keys, CallContext call)
    {
        if (call.IsAllowed("manage:config"))
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
