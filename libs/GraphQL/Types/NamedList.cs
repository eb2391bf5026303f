using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Platform.GraphQL;

/// <summary>Members in the order of their definition, found by name.</summary>
public sealed class NamedList<T> : IReadOnlyList<T>
    where T : SchemaMember
{
    private readonly List<T> _items = [];
    private readonly Dictionary<string, T> _byName = new(StringComparer.Ordinal);

    internal NamedList()
    {
    }

    public int Count => _items.Count;

    public T this[int index] => _items[index];

    /// <exception cref="KeyNotFoundException">No member has the name.</exception>
    public T this[string name] => _byName[name];

    public T? Find(string name) => _byName.GetValueOrDefault(name);

    public bool TryFind(string name, [NotNullWhen(true)] out T? item) => _byName.TryGetValue(name, out item);

    public List<T>.Enumerator GetEnumerator() => _items.GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <summary>False when the name is taken.</summary>
    internal bool Add(T item)
    {
        if (!_byName.TryAdd(item.Name, item))
        {
            return false;
        }

        _items.Add(item);
        return true;
    }
}
