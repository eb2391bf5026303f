using Platform.Contracts;

namespace Platform.KnowledgeGraph.Storage;

/// <summary>
/// The key of one graph: <c>kg:{tenant}:{level}</c> holds everything of the tenant up to that level;
/// <c>kg:{tenant}:ledger</c> holds what the service itself must remember, which no reader ever sees;
/// <c>kg:{tenant}:catalogue</c> the tenant's items and what users did with them.
/// </summary>
internal readonly record struct GraphKey(string Name)
{
    private const string Prefix = "kg:";
    private const string RestoredSuffix = "restored";
    private const string VectorsSuffix = ":vectors";

    public static GraphKey Of(Guid tenant, TlpLevel level) => new($"{Prefix}{tenant:D}:{level.ToWire()}");

    /// <summary>Whose graph it is.</summary>
    public Guid? Tenant => Name.StartsWith(Prefix, StringComparison.Ordinal) && Name.Split(':') is { Length: 3 or 4 } parts && Guid.TryParse(parts[1], out var tenant) ? tenant : null;

    /// <summary>The level up to which it holds everything; null for what no reader sees.</summary>
    public TlpLevel? Level => Name.StartsWith(Prefix, StringComparison.Ordinal) && Name.Split(':') is { Length: 3 } parts && TlpLevels.TryParse(parts[2], out var level) ? level : null;

    /// <summary>The key under which a restore builds what will stand in this graph's place; no reader looks there.</summary>
    public GraphKey Restored => new($"{Name}:{RestoredSuffix}");

    /// <summary>Whether a restore builds it.</summary>
    public bool IsRestored => Name.EndsWith($":{RestoredSuffix}", StringComparison.Ordinal);

    /// <summary>Where a store may keep the vectors of a graph's nodes apart from it.</summary>
    public GraphKey Vectors => new(Name + VectorsSuffix);

    /// <summary>Whether it holds the vectors of another one.</summary>
    public bool IsVectors => Name.EndsWith(VectorsSuffix, StringComparison.Ordinal);

    /// <summary>A key under which there is never a graph.</summary>
    public static GraphKey None(Guid tenant) => new($"{Prefix}{tenant:D}:none");

    public static GraphKey Ledger(Guid tenant) => new($"{Prefix}{tenant:D}:ledger");

    public static GraphKey Catalogue(Guid tenant) => new($"{Prefix}{tenant:D}:catalogue");

    /// <summary>Whether it is a tenant's catalogue, in use.</summary>
    public bool IsCatalogue => Name.EndsWith(":catalogue", StringComparison.Ordinal);
}
