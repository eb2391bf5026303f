using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Platform.Gateway;

/// <summary>A concurrent map that forgets its oldest entries beyond a number of them.</summary>
internal sealed class BoundedCache<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> _entries = new();
    private readonly ConcurrentQueue<TKey> _order = new();
    private int _queued;

    public int Count => _entries.Count;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => _entries.TryGetValue(key, out value);

    public void Set(TKey key, TValue value)
    {
        _entries[key] = value;
        _order.Enqueue(key);
        if (Interlocked.Increment(ref _queued) > capacity && _order.TryDequeue(out var oldest))
        {
            Interlocked.Decrement(ref _queued);
            if (!oldest.Equals(key))
            {
                _entries.TryRemove(oldest, out _);
            }
        }
    }

    public void Remove(TKey key) => _entries.TryRemove(key, out _);

    /// <summary>Forgets every entry that the predicate names.</summary>
    public void RemoveWhere(Func<TValue, bool> predicate)
    {
        foreach (var entry in _entries)
        {
            if (predicate(entry.Value))
            {
                _entries.TryRemove(entry);
            }
        }
    }
}
