using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Platform.Contracts;
using Platform.Contracts.Gateway;
using Platform.Gateway.Limits;
using Platform.ServiceDefaults;
using StackExchange.Redis;

namespace Platform.Gateway.Protection;

/// <summary>An address, or a caller of a tenant, whose requests are refused for a time.</summary>
/// <param name="Id">Its name in the list.</param>
/// <param name="Address">The address; of IPv6 the whole /64.</param>
/// <param name="TenantId">The tenant of the caller.</param>
/// <param name="Subject">The caller's id.</param>
/// <param name="Reason">Why.</param>
/// <param name="Score">The threat score that led to it; absent for one that was set by hand.</param>
/// <param name="CreatedBy">Who set it; <c>gateway</c> for a score.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="ExpiresAt">Until when.</param>
internal sealed record Block(
    string Id, string? Address, Guid? TenantId, string? Subject, string Reason, double? Score, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>
/// The blocks in force. All gateways share them in Redis (<c>security:blocks</c>) and each looks there every second; it
/// knows its own at once, and keeps what it knows while Redis is away.
/// </summary>
internal sealed class Blocks([FromKeyedServices(RateLimiter.Store)] RedisConnection redis, EventShipper events, TimeProvider clock)
{
    private const string Key = "security:blocks";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Block> _byId = new(StringComparer.Ordinal);
    private volatile int _addresses;
    private volatile int _callers;

    /// <summary>The block of an address; asking costs a comparison while there is none at all.</summary>
    public Block? Of(IPAddress subject) => _addresses == 0 ? null : InForce(IdOf(subject));

    /// <summary>The block of a caller.</summary>
    public Block? Of(Caller caller) => _callers == 0 ? null : InForce(IdOf(caller.TenantId, caller.Subject));

    public static string IdOf(IPAddress subject) => subject.ToString().Replace(':', '_');

    public static string IdOf(Guid tenant, string subject) => $"{tenant:N}-{subject}";

    public Block? Find(string id) => InForce(id);

    /// <summary>Those in force, the newest first.</summary>
    public IReadOnlyList<Block> All() =>
        [.. _byId.Values.Where(b => b.ExpiresAt > clock.GetUtcNow()).OrderByDescending(static b => b.CreatedAt).ThenBy(static b => b.Id, StringComparer.Ordinal)];

    /// <summary>Puts a block into force and tells of it: an address is the platform's affair, a caller their tenant's.</summary>
    public async Task AddAsync(Block block, CancellationToken ct)
    {
        _byId[block.Id] = block;
        Count();
        events.Enqueue(
            block.TenantId ?? WellKnown.DefaultTenantId,
            new IpBlocked(block.Address, block.Subject, block.Reason, block.Score, block.CreatedBy, block.ExpiresAt),
            block.CreatedBy,
            block.CreatedAt);
        await TryAsync("HSET", d => d.HashSetAsync(Key, block.Id, JsonSerializer.Serialize(block, Json.Options)), ct);
    }

    public async Task RemoveAsync(string id, CancellationToken ct)
    {
        _byId.TryRemove(id, out _);
        Count();
        await TryAsync("HDEL", d => d.HashDeleteAsync(Key, id), ct);
    }

    /// <summary>Takes over what the gateways have in Redis, and drops what has ended.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        var asked = clock.GetUtcNow();
        if (await TryAsync("HGETALL", static d => d.HashGetAllAsync(Key), ct) is not { } stored)
        {
            return;
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in stored)
        {
            if (JsonSerializer.Deserialize<Block>((string)entry.Value!, Json.Options) is not { } block)
            {
                continue;
            }

            if (block.ExpiresAt <= asked)
            {
                await TryAsync("HDEL", d => d.HashDeleteAsync(Key, block.Id), ct);
                continue;
            }

            known.Add(block.Id);
            _byId[block.Id] = block;
        }

        foreach (var block in _byId.Values)
        {
            // One that was added while Redis was asked is not in its answer.
            if (!known.Contains(block.Id) && block.CreatedAt < asked - Patience)
            {
                _byId.TryRemove(block.Id, out _);
            }
        }

        Count();
    }

    private Block? InForce(string id) => _byId.TryGetValue(id, out var block) && block.ExpiresAt > clock.GetUtcNow() ? block : null;

    private void Count() => (_addresses, _callers) = (_byId.Values.Count(static b => b.Address is not null), _byId.Values.Count(static b => b.Subject is not null));

    private async Task<T?> TryAsync<T>(string command, Func<IDatabase, Task<T>> work, CancellationToken ct)
    {
        if (redis.Database is not { } database)
        {
            return default;
        }

        try
        {
            return await redis.RunAsync(database, command, (work, ct), static (d, s) => s.work(d).WaitAsync(Patience, s.ct));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            return default;
        }
    }
}
