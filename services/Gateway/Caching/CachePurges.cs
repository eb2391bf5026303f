using System.Collections.Concurrent;

namespace Platform.Gateway.Caching;

/// <summary>
/// When the things that answers are made of last changed, by tenant and tag. An answer that was asked for before, or so
/// shortly after that its maker may not have heard of the change, does not hold. Nothing is searched for and thrown away.
/// </summary>
internal sealed class CachePurges(TimeProvider clock)
{
    /// <summary>A service that learns of a change by the same event may do so a little later.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <summary>Longer than any answer is kept, its time of being stale included.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(11);

    private const int MostRemembered = 50_000;

    private readonly ConcurrentDictionary<(Guid Tenant, string Tag), long> _changed = new();
    private long _sweptAt;
    private long _allChanged = long.MinValue;

    /// <summary>Something with this tag changed.</summary>
    public void Purge(Guid tenant, string tag)
    {
        var now = clock.GetUtcNow().UtcTicks;
        _changed[(tenant, tag)] = now;
        if (_changed.Count > MostRemembered && now - Interlocked.Read(ref _sweptAt) > Longest.Ticks)
        {
            Interlocked.Exchange(ref _sweptAt, now);
            foreach (var entry in _changed)
            {
                if (now - entry.Value > Longest.Ticks)
                {
                    _changed.TryRemove(entry);
                }
            }
        }
    }

    /// <summary>Everything may have changed, of every tenant.</summary>
    public void PurgeAll() => Interlocked.Exchange(ref _allChanged, clock.GetUtcNow().UtcTicks);

    /// <summary>Whether nothing of these tags changed since an answer was asked for.</summary>
    public bool Holds(Guid tenant, string serviceTag, CachedAnswer answer)
    {
        var asked = answer.AskedAt.UtcTicks - Settling.Ticks;
        if (asked <= Interlocked.Read(ref _allChanged) || asked <= ChangedAt(tenant, serviceTag))
        {
            return false;
        }

        foreach (var tag in answer.Tags)
        {
            if (asked <= ChangedAt(tenant, tag))
            {
                return false;
            }
        }

        return true;
    }

    private long ChangedAt(Guid tenant, string tag) => _changed.TryGetValue((tenant, tag), out var at) ? at : long.MinValue;
}
