using MassTransit;
using Platform.Gateway.Authentication;
using Platform.Gateway.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Revocation;

/// <summary>Sends the heartbeat twice in two seconds' silence, and starts afresh when the feed comes back after it was gone.</summary>
internal sealed partial class FeedPulse(
    IBus bus, BusStart start, GatewayInstance instance, FeedState feed, Revocations revocations, KeyResolver keys, ClientResolver clients, TenantStates tenants,
    ILogger<FeedPulse> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(800);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WaitAsync(stoppingToken);
        var wasAlive = false;
        using var timer = new PeriodicTimer(Interval);
        do
        {
            await TrySendAsync(stoppingToken);
            if (feed.IsAlive != wasAlive)
            {
                wasAlive = !wasAlive;
                Turn(wasAlive);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TrySendAsync(CancellationToken stopping)
    {
        using var untraced = Untraced.Begin();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(Interval);
        try
        {
            await bus.Publish(new FeedHeartbeat(instance.Id), context => context.Durable = false, patience.Token);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            // Silence says it all.
        }
    }

    private void Turn(bool alive)
    {
        if (!alive)
        {
            LogSilent(log);
            return;
        }

        // What was said meanwhile was not heard: nothing that owners can be asked for again is taken as known.
        LogAlive(log);
        revocations.Advance();
        keys.Forget(static _ => true);
        clients.ForgetAll();
        tenants.ForgetAll();
    }

    [LoggerMessage(LogLevel.Warning, "The revocation feed is silent; credentials are confirmed at their owners every two seconds")]
    private static partial void LogSilent(ILogger logger);

    [LoggerMessage(LogLevel.Information, "The revocation feed is heard")]
    private static partial void LogAlive(ILogger logger);
}
