using Platform.Contracts.KnowledgeGraph;
using Platform.KnowledgeGraph.Interactions;
using Platform.KnowledgeGraph.Items;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>An item that a user did something with: its place, what it says all in all, and when last.</summary>
internal readonly record struct HistoryEntry(int Item, double Weight, long At);

/// <summary>
/// A tenant's items and what users did with them, in memory: the store's catalogue as answers need it. Changes come after
/// they are stored, so that the next answer knows of them. An item's place never changes its meaning.
/// </summary>
internal sealed class TenantMemory
{
    /// <summary>Of a user, this much counts, the newest.</summary>
    public const int MostHistory = 500;

    private readonly Lock _gate = new();
    private readonly List<KnownItem> _items = [];
    private readonly Dictionary<string, int> _places = [];
    private readonly Dictionary<string, Dictionary<int, HistoryEntry>> _users = [];
    private KnownItem[]? _snapshot;
    private int _listed;
    private long _interactions;
    private long _version;

    /// <summary>Goes up with every change.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Items in the catalogue, and interactions.</summary>
    public (int Listed, long Interactions) Counts
    {
        get
        {
            lock (_gate)
            {
                return (_listed, _interactions);
            }
        }
    }

    public void Put(Item item)
    {
        lock (_gate)
        {
            var known = _items[PlaceOf(item.Id)];
            _listed += known.IsListed ? 0 : 1;
            known.Take(item);
            _version++;
        }
    }

    /// <summary>The place stays, and means nothing from now on.</summary>
    public void Remove(string id)
    {
        lock (_gate)
        {
            if (_places.Remove(id, out var place))
            {
                _listed -= _items[place].IsListed ? 1 : 0;
                _items[place] = new KnownItem(id);
                _snapshot = null;
                foreach (var history in _users.Values)
                {
                    history.Remove(place);
                }

                _version++;
            }
        }
    }

    public void Add(TrackedInteraction interaction) => Add(new Taken(
        interaction.UserId, interaction.ItemId, interaction.Weight, interaction.Timestamp.ToUnixTimeMilliseconds(), 1));

    public void Add(Taken taken)
    {
        lock (_gate)
        {
            var place = PlaceOf(taken.ItemId);
            if (!_users.TryGetValue(taken.UserId, out var history))
            {
                _users[taken.UserId] = history = [];
            }

            var known = history.GetValueOrDefault(place, new HistoryEntry(place, 0, 0));
            history[place] = new HistoryEntry(place, known.Weight + taken.Weight, Math.Max(known.At, taken.At));
            _items[place].Popular += Popularity.Of(taken.Weight, taken.At);
            _interactions += taken.Count;
            _version++;
        }
    }

    /// <summary>Takes out a user, with what their interactions made popular.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="interactions">How many they were.</param>
    public void RemoveUser(string userId, long interactions)
    {
        lock (_gate)
        {
            if (!_users.Remove(userId, out var history))
            {
                return;
            }

            foreach (var entry in history.Values)
            {
                var item = _items[entry.Item];
                item.Popular = Math.Max(0, item.Popular - Popularity.Of(entry.Weight, entry.At));
            }

            _interactions = Math.Max(0, _interactions - interactions);
            _version++;
        }
    }

    public bool IsListed(string id)
    {
        lock (_gate)
        {
            return _places.TryGetValue(id, out var place) && _items[place].IsListed;
        }
    }

    /// <summary>The place of an item, or -1.</summary>
    public int Find(string id)
    {
        lock (_gate)
        {
            return _places.GetValueOrDefault(id, -1);
        }
    }

    /// <summary>What a user did, the newest first.</summary>
    public HistoryEntry[] HistoryOf(string userId)
    {
        lock (_gate)
        {
            if (!_users.TryGetValue(userId, out var history))
            {
                return [];
            }

            var entries = history.Values.ToArray();
            Array.Sort(entries, static (a, b) => a.At != b.At ? b.At.CompareTo(a.At) : a.Item.CompareTo(b.Item));
            return entries.Length > MostHistory ? entries[..MostHistory] : entries;
        }
    }

    /// <summary>All items by their places.</summary>
    public KnownItem[] Items()
    {
        lock (_gate)
        {
            return _snapshot ??= [.. _items];
        }
    }

    /// <summary>How strongly users are for items, of those that may be learned from.</summary>
    /// <param name="isKnown">By place, whether an item counts.</param>
    /// <returns>The matrix, and the place of each of its items.</returns>
    public (InteractionMatrix Matrix, int[] Places) Matrix(Func<int, bool> isKnown)
    {
        lock (_gate)
        {
            var places = new List<int>();
            var columns = new Dictionary<int, int>();
            var users = new List<IReadOnlyList<InteractionMatrix.Entry>>(_users.Count);
            foreach (var (user, _) in _users.OrderBy(u => u.Key, StringComparer.Ordinal))
            {
                var row = new List<InteractionMatrix.Entry>();
                foreach (var entry in HistoryOf(user))
                {
                    if (entry.Weight > 0 && isKnown(entry.Item))
                    {
                        if (!columns.TryGetValue(entry.Item, out var column))
                        {
                            columns[entry.Item] = column = places.Count;
                            places.Add(entry.Item);
                        }

                        row.Add(new InteractionMatrix.Entry(column, Strength(entry.Weight), entry.At));
                    }
                }

                if (row.Count > 0)
                {
                    users.Add(row);
                }
            }

            return (InteractionMatrix.Of(places.Count, users), [.. places]);
        }
    }

    /// <summary>Twice as much said is not twice as strong: 1 for one view, 5 at most.</summary>
    public static double Strength(double weight) => Math.Min(5, Math.Log2(1 + weight));

    private int PlaceOf(string id)
    {
        if (!_places.TryGetValue(id, out var place))
        {
            _places[id] = place = _items.Count;
            _items.Add(new KnownItem(id));
            _snapshot = null;
        }

        return place;
    }
}
