namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>Keeps the newest items within a number and a sum of bytes. Ids count up from 1 and are never used again.</summary>
internal sealed class BoundedRing<T>(int maxCount, long maxBytes, Func<T, int> size, Action<T> evicted) where T : class
{
    private T[] _items = new T[Math.Min(maxCount, 256)];
    private int _head;

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public long FirstId { get; private set; } = 1;

    /// <summary>How many had to go for newer ones.</summary>
    public long Evicted { get; private set; }

    /// <summary>The item of this age: 0 is the oldest.</summary>
    public T this[int index] => _items[(_head + index) % _items.Length];

    public long Add(T item)
    {
        var bytes = size(item);
        while (Count > 0 && (Count == maxCount || Bytes + bytes > maxBytes))
        {
            Evicted++;
            RemoveOldest();
        }

        if (Count == _items.Length)
        {
            Grow();
        }

        _items[(_head + Count) % _items.Length] = item;
        Count++;
        Bytes += bytes;
        return FirstId + Count - 1;
    }

    public T? Find(long id) => id >= FirstId && id < FirstId + Count ? this[(int)(id - FirstId)] : null;

    /// <summary>The items, oldest first, so that they can be looked through without the owner's lock.</summary>
    public T[] ToArray()
    {
        var copy = new T[Count];
        var first = Math.Min(Count, _items.Length - _head);
        Array.Copy(_items, _head, copy, 0, first);
        Array.Copy(_items, 0, copy, first, Count - first);
        return copy;
    }

    public void Clear()
    {
        while (Count > 0)
        {
            RemoveOldest();
        }
    }

    private void RemoveOldest()
    {
        var oldest = _items[_head];
        _items[_head] = null!;
        _head = (_head + 1) % _items.Length;
        Count--;
        FirstId++;
        Bytes -= size(oldest);
        evicted(oldest);
    }

    private void Grow()
    {
        var larger = new T[Math.Min(maxCount, _items.Length * 2)];
        ToArray().CopyTo(larger, 0);
        _items = larger;
        _head = 0;
    }
}
