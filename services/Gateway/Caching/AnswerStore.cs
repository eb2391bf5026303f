using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Platform.Gateway.Revocation;
using Platform.Gateway.Streaming;
using Platform.ServiceDefaults;
using StackExchange.Redis;

namespace Platform.Gateway.Caching;

/// <summary>Kept answers: in memory first, in Redis for the other gateways and after a restart. Redis may be away.</summary>
internal sealed class AnswerStore(
    [FromKeyedServices(AnswerStore.Name)] RedisConnection redis, CachePurges purges, ChangeFeed changes, FeedState feed, IOptions<GatewayOptions> options, TimeProvider clock) : IDisposable
{
    /// <summary>Name of the Redis that may forget.</summary>
    public const string Name = "cache";

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private readonly MemoryCache _memory = new(new MemoryCacheOptions { SizeLimit = options.Value.CacheMegabytes * (1L << 20), CompactionPercentage = 0.1 });

    /// <summary>Whether changes are heard; while they are not, nothing kept can be trusted.</summary>
    public bool IsOpen => feed.IsAlive && changes.State.IsAlive;

    /// <summary>An answer in memory that holds.</summary>
    public CachedAnswer? InMemory(Guid tenant, string serviceTag, string key) =>
        _memory.TryGetValue(key, out CachedAnswer? answer) && Holds(tenant, serviceTag, answer!) ? answer : null;

    /// <summary>An answer in Redis that holds, which is in memory from now on.</summary>
    public async Task<CachedAnswer?> InRedisAsync(Guid tenant, string serviceTag, string key, CancellationToken ct)
    {
        if (redis.Database is not { } database)
        {
            return null;
        }

        try
        {
            byte[]? packed = await redis.RunAsync(
                database, "GET", (Name: CacheKeys.InRedis(tenant, key), ct), static (d, s) => d.StringGetAsync(s.Name).WaitAsync(Patience, s.ct));
            if (CachedAnswer.Unpack(packed) is not { } answer || !Holds(tenant, serviceTag, answer))
            {
                return null;
            }

            Keep(key, answer);
            return answer;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            return null;
        }
    }

    public void Add(Guid tenant, string key, CachedAnswer answer)
    {
        Keep(key, answer);
        if (redis.Database is { } database)
        {
            database.StringSet(CacheKeys.InRedis(tenant, key), answer.Pack(), answer.Life(clock.GetUtcNow()), flags: CommandFlags.FireAndForget);
        }
    }

    public void Dispose() => _memory.Dispose();

    private bool Holds(Guid tenant, string serviceTag, CachedAnswer answer)
    {
        var now = clock.GetUtcNow();
        // What was kept before this process heard of changes may have been changed without its knowing.
        return answer.IsUsable(now) && answer.AskedAt >= feed.AliveSince && answer.AskedAt >= changes.State.AliveSince && purges.Holds(tenant, serviceTag, answer);
    }

    private void Keep(string key, CachedAnswer answer)
    {
        var life = answer.Life(clock.GetUtcNow());
        if (life > TimeSpan.Zero)
        {
            _memory.Set(key, answer, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = life, Size = answer.Size });
        }
    }
}
