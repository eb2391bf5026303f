using Platform.ServiceDefaults;

namespace Platform.Identity.Storage;

/// <summary>
/// Enters a tenant that a credential in the request names: sign-in, refresh and client credentials come from callers
/// who have no tenant yet. The tenant holds for the new scope only.
/// </summary>
internal sealed class TenantScopes(IServiceScopeFactory scopes)
{
    public TenantScope Enter(Guid tenantId, string actor = "identity")
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(Caller.ForService(tenantId, actor));
        return new TenantScope(scope, tenantId);
    }
}

/// <summary>Work inside one tenant.</summary>
internal readonly struct TenantScope(AsyncServiceScope scope, Guid tenantId) : IAsyncDisposable
{
    public Guid TenantId => tenantId;

    public IdentityDb Db => scope.ServiceProvider.GetRequiredService<IdentityDb>();

    public ValueTask DisposeAsync() => scope.DisposeAsync();
}
