using Platform.Contracts;

namespace Platform.Gateway.Streaming;

/// <summary>
/// What a listener wants to hear: topics, and for each field of the data the values that will do. Equal ones hear the same,
/// so that of each event it is asked once for all who share one.
/// </summary>
internal sealed class Interest : IEquatable<Interest>
{
    private readonly TlpLevel _clearance;
    private readonly KeyValuePair<string, IReadOnlySet<string>>[] _filter;
    private readonly int _hash;

    public Interest(TlpLevel clearance, IReadOnlySet<string> topics, IReadOnlyDictionary<string, IReadOnlySet<string>> filter)
    {
        (_clearance, Topics) = (clearance, topics);
        _filter = [.. filter.OrderBy(static f => f.Key, StringComparer.Ordinal)];
        _hash = HashCode.Combine(clearance, HashOf(topics));
        foreach (var (field, values) in _filter)
        {
            _hash = HashCode.Combine(_hash, field, HashOf(values));
        }
    }

    public IReadOnlySet<string> Topics { get; }

    public bool Matches(StreamEvent happened)
    {
        if (!Topics.Contains(happened.Topic) || !happened.IsSeenAt(_clearance))
        {
            return false;
        }

        foreach (var (field, values) in _filter)
        {
            if (!happened.Has(field, values))
            {
                return false;
            }
        }

        return true;
    }

    public bool Equals(Interest? other)
    {
        if (other is null || other._hash != _hash || other._clearance != _clearance || other._filter.Length != _filter.Length || !other.Topics.SetEquals(Topics))
        {
            return false;
        }

        for (var i = 0; i < _filter.Length; i++)
        {
            if (other._filter[i].Key != _filter[i].Key || !other._filter[i].Value.SetEquals(_filter[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Interest);

    public override int GetHashCode() => _hash;

    /// <summary>The same in whatever order.</summary>
    private static int HashOf(IReadOnlySet<string> values)
    {
        var hash = values.Count;
        foreach (var value in values)
        {
            hash ^= value.GetHashCode(StringComparison.Ordinal);
        }

        return hash;
    }
}
