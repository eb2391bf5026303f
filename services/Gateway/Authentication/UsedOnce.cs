using Platform.Gateway.Limits;
using Platform.ServiceDefaults;
using StackExchange.Redis;

namespace Platform.Gateway.Authentication;

/// <summary>
/// Remembers in Redis what may be used once, for all gateways together: proofs of possession, nonces. While Redis is away
/// nothing is accepted, since it could be a copy.
/// </summary>
internal sealed class UsedOnce([FromKeyedServices(RateLimiter.Store)] RedisConnection redis)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Whether this is the first use; null when nobody can tell.</summary>
    public async Task<bool?> ClaimAsync(string key, TimeSpan remembered, CancellationToken ct)
    {
        if (redis.Database is not { } database)
        {
            return null;
        }

        try
        {
            return await redis.RunAsync(
                database, "SET", (Key: key, Remembered: remembered, Ct: ct),
                static (d, s) => d.StringSetAsync(s.Key, "", s.Remembered, When.NotExists).WaitAsync(Patience, s.Ct));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            return null;
        }
    }
}
