using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Tenants;

/// <summary>
/// The default tenant is announced while the other services of a first start are still on their way, and an event that
/// nobody waits for is lost. So it is announced again, a few times after each start, while a service has not answered.
/// </summary>
internal sealed partial class DefaultTenantReminder(IServiceScopeFactory scopes, TimeProvider clock, ILogger<DefaultTenantReminder> log) : BackgroundService
{
    private static readonly TimeSpan[] Waits = [TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var wait in Waits)
        {
            await Task.Delay(wait, clock, stoppingToken);
            try
            {
                if (!await RemindAsync(stoppingToken))
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(log, exception);
            }
        }
    }

    /// <summary>False when every service has answered.</summary>
    private async Task<bool> RemindAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(Caller.ForService(WellKnown.DefaultTenantId, "tenancy"));
        var services = await scope.ServiceProvider.GetRequiredService<ReadProvisioning>().RunAsync(WellKnown.DefaultTenantId, isDeleted: false, ct);
        if (services.All(s => s.ReadyAt is not null))
        {
            return false;
        }

        var db = scope.ServiceProvider.GetRequiredService<TenancyDb>();
        var tenant = (await db.Tenants.FindAsync([WellKnown.DefaultTenantId], ct))!;
        db.Publish(new TenantCreated(tenant.Id, tenant.Name, tenant.Slug, tenant.PlanName(), AdminEmail: null), tenant.OrderKey());
        await db.SaveChangesAsync(ct);
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "The default tenant could not be announced again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
