namespace Platform.Agent.Planning;

/// <summary>One name of an object, as slips are compared with it.</summary>
/// <param name="Entity">The object.</param>
/// <param name="Name">The name as the data has it.</param>
/// <param name="Bare">Its letters and digits alone, in lower case.</param>
internal sealed record KnownName(EntityRef Entity, string Name, string Bare);

/// <summary>Objects by every name they go by, in lower case, by number and by id.</summary>
internal sealed class NameTable
{
    private readonly Dictionary<string, List<NamedObject>> _byName = [];
    private readonly Dictionary<string, List<NamedObject>> _byNumber = [];
    private readonly Dictionary<string, NamedObject> _byId = [];

    /// <param name="all">The objects.</param>
    /// <param name="isWhole">Whether these are all that there are.</param>
    public NameTable(IReadOnlyList<NamedObject> all, bool isWhole)
    {
        IsWhole = isWhole;
        var names = new List<KnownName>(all.Count);
        foreach (var named in all)
        {
            _byId[named.Entity.Id] = named;
            if (named.Entity.ExternalId is { } number)
            {
                Add(_byNumber, number, named);
            }

            foreach (var name in named.Aliases.Append(named.Entity.Name).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                Add(_byName, name.ToLowerInvariant(), named);
                names.Add(new KnownName(named.Entity, name, Corrections.Bare(name)));
            }
        }

        Names = names;
    }

    public static NameTable Empty { get; } = new([], isWhole: true);

    /// <summary>False where there are more objects than one answer of the graph holds; then the graph must be asked.</summary>
    public bool IsWhole { get; }

    /// <summary>Every name.</summary>
    public IReadOnlyList<KnownName> Names { get; }

    /// <summary>Objects that go by one of the names (in lower case), numbers or ids.</summary>
    public IReadOnlyList<NamedObject> Find(IReadOnlyCollection<string> names, IReadOnlyCollection<string> numbers, IReadOnlyCollection<string> ids)
    {
        var found = new Dictionary<string, NamedObject>();
        foreach (var (table, keys) in new[] { (_byName, names), (_byNumber, numbers) })
        {
            foreach (var key in keys)
            {
                foreach (var named in table.GetValueOrDefault(key) ?? [])
                {
                    found[named.Entity.Id] = named;
                }
            }
        }

        foreach (var id in ids)
        {
            if (_byId.TryGetValue(id, out var named))
            {
                found[id] = named;
            }
        }

        return [.. found.Values];
    }

    private static void Add(Dictionary<string, List<NamedObject>> table, string key, NamedObject named)
    {
        if (!table.TryGetValue(key, out var list))
        {
            table[key] = list = new List<NamedObject>(1);
        }

        list.Add(named);
    }
}
