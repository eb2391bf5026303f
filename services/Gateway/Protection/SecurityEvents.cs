using System.Text.Json;
using Platform.Gateway.Limits;
using Platform.ServiceDefaults;
using StackExchange.Redis;

namespace Platform.Gateway.Protection;

/// <summary>Something that the gateway's protection did.</summary>
/// <param name="At">When.</param>
/// <param name="Kind"><c>slowed</c>, <c>blocked</c>, <c>block_set</c> or <c>block_removed</c>.</param>
/// <param name="Target">The address or caller.</param>
/// <param name="Score">The threat score, where one led to it.</param>
/// <param name="Reason">Why, or by whom.</param>
internal sealed record SecurityEvent(DateTimeOffset At, string Kind, string Target, double? Score, string Reason);

/// <summary>The last thousand events of all gateways, in Redis (<c>security:events</c>); this process' own while it is away.</summary>
internal sealed class SecurityEvents([FromKeyedServices(RateLimiter.Store)] RedisConnection redis)
{
    private const string Key = "security:events";
    private const int Kept = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<SecurityEvent> _own = new();

    public void Add(SecurityEvent happened)
    {
        lock (_gate)
        {
            _own.AddFirst(happened);
            if (_own.Count > Kept)
            {
                _own.RemoveLast();
            }
        }

        if (redis.Database is { } database)
        {
            database.ListLeftPush(Key, JsonSerializer.Serialize(happened, Json.Options), flags: CommandFlags.FireAndForget);
            database.ListTrim(Key, 0, Kept - 1, CommandFlags.FireAndForget);
            database.KeyExpire(Key, TimeSpan.FromDays(30), CommandFlags.FireAndForget);
        }
    }

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<SecurityEvent>> ReadAsync(int limit, CancellationToken ct)
    {
        if (redis.Database is { } database)
        {
            try
            {
                var stored = await redis.RunAsync(database, "LRANGE", (limit, ct), static (d, s) => d.ListRangeAsync(Key, 0, s.limit - 1).WaitAsync(Patience, s.ct));
                return [.. stored.Select(static v => JsonSerializer.Deserialize<SecurityEvent>((string)v!, Json.Options)!)];
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
            {
                // Then this process tells what it knows.
            }
        }

        lock (_gate)
        {
            return [.. _own.Take(limit)];
        }
    }
}
