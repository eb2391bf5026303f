using Npgsql;

namespace Platform.Identity.Audit;

/// <summary>
/// Keeps the chains up to date: twice a second, for every tenant with entries that wait. What a crash leaves waiting is
/// taken at the next start; of several instances one works on a tenant at a time.
/// </summary>
internal sealed partial class AuditChainer(NpgsqlDataSource source, AuditChain chain, ILogger<AuditChainer> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(log, exception);
                pause = PauseAfterFault;
            }

            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(CancellationToken ct)
    {
        foreach (var tenant in await WaitingAsync(ct))
        {
            while (await chain.AppendAsync(tenant, ct) == AuditChain.BatchSize)
            {
            }
        }
    }

    private async Task<List<Guid>> WaitingAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand("SELECT audit_tenants_waiting()");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var tenants = new List<Guid>();
        while (await reader.ReadAsync(ct))
        {
            tenants.Add(reader.GetGuid(0));
        }

        return tenants;
    }

    [LoggerMessage(LogLevel.Error, "Entries of the audit log wait for their place in the chain")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
