namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>
/// What a user did, as far as the caller may see it: what is hidden from the caller has no part in what they are shown,
/// nor in the reasons.
/// </summary>
internal sealed class Profile
{
    /// <summary>What they work on: the newest threat objects.</summary>
    private const int MostSeeds = 20;

    private readonly Dictionary<int, (string Id, string Name)> _names = [];

    public Profile(IEnumerable<HistoryEntry> history, KnownItem[] items, IReadOnlyDictionary<string, ThreatItem> visible)
    {
        foreach (var entry in history)
        {
            if (entry.Item >= items.Length)
            {
                continue;
            }

            var item = items[entry.Item];
            var threat = item.IsThreatObject ? visible.GetValueOrDefault(item.Id) : null;
            if (threat is null && !item.IsListed)
            {
                continue;
            }

            Told.Add(item.Id);
            if (entry.Weight <= 0)
            {
                Disliked.Add(item.Id);
                continue;
            }

            TakenUp.Add(entry);
            _names[entry.Item] = (item.Id, (threat is null ? item.Name : threat.Name) ?? item.Id);
            if (threat is not null)
            {
                ThreatObjects++;
                if (Seeds.Count < MostSeeds)
                {
                    SeedNames[item.Id] = threat.Name ?? item.Id;
                    Seeds[item.Id] = TenantMemory.Strength(entry.Weight) * Math.Pow(0.9, Seeds.Count);
                }
            }
        }
    }

    /// <summary>What speaks for items, the newest first.</summary>
    public List<HistoryEntry> TakenUp { get; } = [];

    /// <summary>Everything that they did something with.</summary>
    public HashSet<string> Told { get; } = [];

    /// <summary>What they said no to.</summary>
    public HashSet<string> Disliked { get; } = [];

    /// <summary>Threat objects they work on, the newest the heaviest.</summary>
    public Dictionary<string, double> Seeds { get; } = [];

    public Dictionary<string, string> SeedNames { get; } = [];

    /// <summary>How many of the taken up are threat objects.</summary>
    public int ThreatObjects { get; }

    public string IdOf(int place) => _names[place].Id;

    public string NameOf(int place) => _names[place].Name;

    /// <summary>Whether an item may be recommended to them at all.</summary>
    public bool Admits(string id, RecommendationFilters filters) => !Disliked.Contains(id) && (filters.IncludeSeen || !Told.Contains(id));
}
