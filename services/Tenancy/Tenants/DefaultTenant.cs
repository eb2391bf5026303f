using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Tenants;

/// <summary>Creates the tenant that exists from the first start on, and says so once.</summary>
internal sealed class DefaultTenant(IServiceScopeFactory scopes, TimeProvider clock) : IHostedService
{
    private const string Name = "Default";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(Caller.ForService(WellKnown.DefaultTenantId, "tenancy"));
        var db = scope.ServiceProvider.GetRequiredService<TenancyDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var now = clock.GetUtcNow();

        // Several instances may start at once: one of them inserts, and that one tells the others.
        var inserted = await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO tenants (id, name, slug, plan, status, created_at, updated_at, version)
            VALUES ({WellKnown.DefaultTenantId}, {Name}, {WellKnown.DefaultTenantSlug}, 'enterprise', 'active', {now}, {now}, 1)
            ON CONFLICT DO NOTHING
            """,
            cancellationToken);
        if (inserted == 1)
        {
            db.Publish(new TenantCreated(WellKnown.DefaultTenantId, Name, WellKnown.DefaultTenantSlug, "enterprise", AdminEmail: null));
            await db.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
