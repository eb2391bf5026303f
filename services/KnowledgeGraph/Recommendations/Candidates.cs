namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>An item that may be recommended, with what speaks for it.</summary>
internal sealed class Candidate(string id, string? name, string type, int place, int column)
{
    public string Id => id;

    public string? Name => name;

    public string Type => type;

    /// <summary>Its place in the memory, or -1.</summary>
    public int Place => place;

    /// <summary>Its number in the model, or -1.</summary>
    public int Column => column;

    public double Score { get; set; }

    /// <summary>The kinds of models that brought it up.</summary>
    public List<string> From { get; } = [];

    public List<Reason> Reasons { get; } = [];

    public Recommendation ToRecommendation() => new(id, Math.Round(Score, 6), Reasons, name, type.Length == 0 ? null : type);
}

/// <summary>Candidates by their ids, and how they become an answer.</summary>
internal sealed class Candidates(KnownItem[] items, TenantModel? model)
{
    private readonly Dictionary<string, Candidate> _byId = [];

    public int Count => _byId.Count;

    public bool Has(string id) => _byId.ContainsKey(id);

    public Candidate Of(KnownItem item, int place) => Of(item.Id, item.Name, item.Type, place);

    public Candidate Of(ThreatItem item, int place) => Of(item.Id, item.Name, item.Type, place);

    /// <summary>The best and most diverse, best first.</summary>
    public List<Candidate> Take(int count, double lambda)
    {
        // Those far behind cannot come in for being different.
        var ordered = _byId.Values.OrderByDescending(c => c.Score).ThenBy(c => c.Id, StringComparer.Ordinal).Take(Math.Max(50, count * 3)).ToArray();
        var taken = Diversity.Take(Array.ConvertAll(ordered, c => c.Score), (a, b) => Likeness(ordered[a], ordered[b]), count, lambda);
        return [.. taken.Select(t => ordered[t])];
    }

    /// <summary>How alike two candidates are, 0–1: by who takes them up, or by what they are.</summary>
    private double Likeness(Candidate a, Candidate b)
    {
        var taken = model is not null && a.Column >= 0 && b.Column >= 0
            ? Math.Max(model.Training.Nearest.Weight(a.Column, b.Column), model.Training.Nearest.Weight(b.Column, a.Column))
            : 0;
        var described = (a.Type == b.Type ? 0.2 : 0) + (a.Place >= 0 && b.Place >= 0 ? 0.6 * SharedTags(items[a.Place].Tags, items[b.Place].Tags) : 0);
        return Math.Min(1, Math.Max(taken, described));
    }

    /// <summary>The share of two lists of tags that both have (Jaccard).</summary>
    public static double SharedTags(IReadOnlyList<string> a, IReadOnlyList<string> b)
    {
        var shared = 0;
        for (var i = 0; i < a.Count; i++)
        {
            for (var j = 0; j < b.Count; j++)
            {
                shared += a[i] == b[j] ? 1 : 0;
            }
        }

        return shared == 0 ? 0 : (double)shared / (a.Count + b.Count - shared);
    }

    private Candidate Of(string id, string? name, string type, int place)
    {
        if (!_byId.TryGetValue(id, out var candidate))
        {
            _byId[id] = candidate = new Candidate(id, name, type, place, place < 0 || model is null ? -1 : model.ColumnOf(place));
        }

        return candidate;
    }
}
