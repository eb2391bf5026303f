using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy;

/// <summary>
/// Work of a platform administrator on the rows of another tenant: in a scope of its own that has entered that tenant,
/// so that row-level security holds there too.
/// </summary>
internal sealed class OtherTenant(IServiceScopeFactory scopes, CallContext call)
{
    public async Task<T> RunAsync<T>(Guid tenantId, Func<TenancyDb, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(call.Caller with { TenantId = tenantId });
        return await work(scope.ServiceProvider.GetRequiredService<TenancyDb>(), ct);
    }
}
