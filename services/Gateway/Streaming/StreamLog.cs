using System.Globalization;
using Platform.Gateway.Limits;
using Platform.ServiceDefaults;
using StackExchange.Redis;

namespace Platform.Gateway.Streaming;

/// <summary>
/// The events of each tenant in one sequence without gaps, in Redis, where every gateway and a gateway after its restart
/// finds them: a stream <c>t:{tenant}:stream</c> of the last thousands, and the number of the last one. A message that comes
/// twice is written once.
/// </summary>
internal sealed class StreamLog([FromKeyedServices(RateLimiter.Store)] RedisConnection redis)
{
    /// <summary>Where every gateway hears of what was written.</summary>
    public const string Channel = "gateway:changes";

    /// <summary>What one reading brings at most.</summary>
    public const int Page = 500;

    private const int MostKept = 5_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// KEYS: the message, the last number, the stream. ARGV: channel, how many to keep, tenant, tags, then the entries. The
    /// stream is kept for an hour after its last event, the number for a month.
    /// </summary>
    private const string Script = """
        if not redis.call('SET', KEYS[1], '', 'NX', 'EX', 3600) then return 0 end
        local first = 0
        for i = 5, #ARGV do
          local number = redis.call('INCR', KEYS[2])
          if first == 0 then first = number end
          redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[2], number .. '-0', 'e', ARGV[i])
        end
        if #ARGV > 4 then
          redis.call('EXPIRE', KEYS[3], 3600)
          redis.call('EXPIRE', KEYS[2], 2592000)
        end
        redis.call('PUBLISH', ARGV[1], cjson.encode({ARGV[3], ARGV[4], first, #ARGV - 4}))
        return 1
        """;

    /// <summary>Writes the events of one message and tells all gateways of them, and of what changed.</summary>
    /// <param name="message">The message's id.</param>
    /// <param name="tenant">Whose events they are.</param>
    /// <param name="tags">Tags of kept answers that do not hold any more.</param>
    /// <param name="entries">May be none.</param>
    /// <param name="ct">Stops the waiting.</param>
    public async Task WriteAsync(Guid message, Guid tenant, string tags, IReadOnlyList<StreamEntry> entries, CancellationToken ct)
    {
        var database = redis.Database ?? throw new TimeoutException("Redis is away.");
        var arguments = new RedisValue[4 + entries.Count];
        (arguments[0], arguments[1], arguments[2], arguments[3]) = (Channel, MostKept, tenant.ToString("D"), tags);
        for (var i = 0; i < entries.Count; i++)
        {
            arguments[4 + i] = StreamEvent.Write(entries[i]);
        }

        RedisKey[] keys = [$"t:{tenant:D}:stream:message:{message:N}", LastKey(tenant), StreamKey(tenant)];
        await redis.RunAsync(database, "EVALSHA", (keys, arguments, ct), static (d, s) => EvaluateAsync(d, s.keys, s.arguments, s.ct));
    }

    /// <summary>The number of the tenant's last event; null when nobody can tell.</summary>
    public async Task<long?> LastAsync(Guid tenant, CancellationToken ct)
    {
        if (redis.Database is not { } database)
        {
            return null;
        }

        try
        {
            return (long?)await redis.RunAsync(database, "GET", (Key: LastKey(tenant), ct), static (d, s) => d.StringGetAsync(s.Key).WaitAsync(Patience, s.ct)) ?? 0;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Events from a number on, at most <see cref="Page"/>; fewer where they are not kept any more. Null when nobody can tell.</summary>
    public async Task<IReadOnlyList<StreamEvent>?> ReadAsync(Guid tenant, long from, long to, CancellationToken ct)
    {
        if (redis.Database is not { } database)
        {
            return null;
        }

        try
        {
            var reply = (RedisResult[])await redis.RunAsync(
                database, "XRANGE", (Key: StreamKey(tenant), From: $"{from}-0", To: $"{to}-0", ct),
                static (d, s) => d.ExecuteAsync("XRANGE", s.Key, s.From, s.To, "COUNT", Page).WaitAsync(Patience, s.ct));
            var events = new List<StreamEvent>(reply.Length);
            foreach (var item in reply)
            {
                var entry = (RedisResult[])item;
                var id = (string)entry[0]!;
                events.Add(StreamEvent.Read(long.Parse(id.AsSpan(0, id.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture), (byte[])((RedisResult[])entry[1])[1]!));
            }

            return events;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            return null;
        }
    }

    private static async Task<RedisResult> EvaluateAsync(IDatabase database, RedisKey[] keys, RedisValue[] arguments, CancellationToken ct)
    {
        try
        {
            return await database.ScriptEvaluateAsync(Script, keys, arguments).WaitAsync(Patience, ct);
        }
        catch (RedisServerException exception) when (exception.Message.Contains("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(Script, keys, arguments).WaitAsync(Patience, ct);
        }
    }

    private static string LastKey(Guid tenant) => $"t:{tenant:D}:stream:last";

    private static string StreamKey(Guid tenant) => $"t:{tenant:D}:stream";
}
