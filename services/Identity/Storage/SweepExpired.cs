using Microsoft.EntityFrameworkCore;
using Platform.Identity.SignIn;

namespace Platform.Identity.Storage;

/// <summary>
/// Deletes what has expired long ago, tenant by tenant. Used codes and refresh tokens stay until they could not be
/// replayed with any effect.
/// </summary>
internal sealed partial class SweepExpired(IServiceScopeFactory services, TenantScopes scopes, TimeProvider clock, ILogger<SweepExpired> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(log, exception);
            }
        }
    }

    internal async Task RunAsync(CancellationToken ct)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        var now = clock.GetUtcNow();
        await db.SeenProofs.Where(p => p.ExpiresAt < now).ExecuteDeleteAsync(ct);
        foreach (var tenant in await db.Tenants.AsNoTracking().Select(t => t.Id).ToListAsync(ct))
        {
            await SweepAsync(tenant, now - Grace, ct);
        }
    }

    private async Task SweepAsync(Guid tenant, DateTimeOffset before, CancellationToken ct)
    {
        await using var scope = scopes.Enter(tenant);
        var db = scope.Db;
        await db.AuthorizationCodes.Where(c => c.ExpiresAt < before).ExecuteDeleteAsync(ct);
        await db.PushedRequests.Where(r => r.ExpiresAt < before).ExecuteDeleteAsync(ct);
        await db.DeviceAuthorizations.Where(d => d.ExpiresAt < before).ExecuteDeleteAsync(ct);
        await db.BrowserSessions.Where(s => s.ExpiresAt < before).ExecuteDeleteAsync(ct);
        await db.MfaChallenges.Where(c => c.ExpiresAt < before).ExecuteDeleteAsync(ct);
        await db.AccountTokens.Where(t => t.ExpiresAt < before).ExecuteDeleteAsync(ct);
        await db.ActingSessions.Where(a => a.ExpiresAt < before).ExecuteDeleteAsync(ct);
        await db.LoginAttempts.Where(a => a.LastAt < before - LoginAttempts.Kept && (a.LockedUntil == null || a.LockedUntil < before - LoginAttempts.Kept)).ExecuteDeleteAsync(ct);
        await db.RefreshTokens.Where(t => t.ExpiresAt < before).ExecuteDeleteAsync(ct);
    }

    [LoggerMessage(LogLevel.Warning, "Expired codes and tokens could not be swept; trying again later")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
