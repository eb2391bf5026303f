using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Backups;

/// <summary>Ends backups and restores that a service leaves unanswered, so that they say who it was and the next one can begin.</summary>
internal sealed partial class BackupWatch(IServiceScopeFactory scopes, IOptions<TenancyOptions> options, TimeProvider clock, ILogger<BackupWatch> log) : BackgroundService
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var patience = options.Value.BackupPatience;
        using var timer = new PeriodicTimer(patience / 4 < Longest ? patience / 4 : Longest, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                scope.ServiceProvider.GetRequiredService<CallContext>().Enter(Caller.ForService(WellKnown.DefaultTenantId, TenancySetup.ServiceName));
                await scope.ServiceProvider.GetRequiredService<RunBackups>().EndOverdueAsync(patience, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(log, exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Backups that wait could not be looked at; the next attempt is in some seconds")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
