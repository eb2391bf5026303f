using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Platform.GraphQL;

/// <summary>
/// Keeps what was used lately, in two generations: a full one becomes the older, and what is still asked of the older comes
/// over. Nobody waits for a lock, and whoever floods it only ages the rest. Without room it keeps nothing.
/// </summary>
internal sealed class RecentCache<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private volatile ConcurrentDictionary<TKey, TValue> _young = new();
    private volatile ConcurrentDictionary<TKey, TValue> _old = new();
    private readonly Lock _turn = new();
    private int _count;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_young.TryGetValue(key, out value))
        {
            return true;
        }

        if (!_old.TryGetValue(key, out value))
        {
            return false;
        }

        Add(key, value);
        return true;
    }

    public void Add(TKey key, TValue value)
    {
        if (capacity == 0 || !_young.TryAdd(key, value) || Interlocked.Increment(ref _count) < capacity)
        {
            return;
        }

        lock (_turn)
        {
            if (_count >= capacity)
            {
                (_old, _young) = (_young, new ConcurrentDictionary<TKey, TValue>());
                _count = 0;
            }
        }
    }
}
