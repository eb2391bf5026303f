using System.Text.Json;
using Platform.Gateway.Caching;
using Platform.Gateway.Limits;
using Platform.Gateway.Protection;
using Platform.Gateway.Revocation;
using Platform.ServiceDefaults;
using StackExchange.Redis;

namespace Platform.Gateway.Streaming;

/// <summary>
/// Hears through Redis what any gateway wrote to the log: tells the listeners of the tenant, and voids kept answers. It says
/// a word to itself every second; while that is not heard, kept answers are not trusted and listeners are told what is found.
/// </summary>
internal sealed class ChangeFeed(
    [FromKeyedServices(RateLimiter.Store)] RedisConnection redis, StreamHub hub, CachePurges purges, Blocks blocks, GatewayInstance instance, IHostApplicationLifetime lifetime,
    TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(800);
    private const int BeatsApart = 18;

    /// <summary>Whether changes are heard.</summary>
    public FeedState State { get; } = new(clock);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = lifetime.ApplicationStopping.Register(hub.EndAll);
        using var untraced = Untraced.Begin();
        using var timer = new PeriodicTimer(Interval, clock);
        var subscribed = false;
        for (var round = 0; await timer.WaitForNextTickAsync(stoppingToken); round++)
        {
            if (round % BeatsApart == 0)
            {
                hub.Beat();
            }

            if (redis.Database is not { } database)
            {
                continue;
            }

            try
            {
                var subscriber = database.Multiplexer.GetSubscriber();
                if (!subscribed)
                {
                    await subscriber.SubscribeAsync(StreamLog.Channel, (_, message) => Hear(message)).WaitAsync(stoppingToken);
                    subscribed = true;
                }

                await subscriber.PublishAsync(StreamLog.Channel, instance.Id).WaitAsync(Interval, stoppingToken);
                await hub.TellAllAsync(stoppingToken);
                await blocks.RefreshAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
            {
                // Silence says it all.
            }
        }
    }

    private void Hear(RedisValue message)
    {
        var text = (string?)message ?? "";
        if (!text.StartsWith('['))
        {
            if (text == instance.Id)
            {
                State.Heard();
            }

            return;
        }

        var told = JsonElement.Parse(text);
        if (!Guid.TryParse(told[0].GetString(), out var tenant))
        {
            return;
        }

        foreach (var tag in told[1].GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            purges.Purge(tenant, tag);
        }

        if (told[3].GetInt64() > 0)
        {
            _ = hub.TellAsync(tenant, CancellationToken.None);
        }
    }
}
