namespace Platform.GraphQL;

/// <summary>What an engine takes before it refuses. All of it is looked at before anything is executed.</summary>
public sealed record EngineOptions
{
    /// <summary>Bounds of reading.</summary>
    public ParserLimits Parser { get; init; } = new();

    /// <summary>Operations and fragments of a document.</summary>
    public int MaxDefinitions { get; init; } = 50;

    /// <summary>Fields inside fields, fragments spread out; introspection apart, which has a rule of its own.</summary>
    public int MaxDepth { get; init; } = 10;

    /// <summary>Lists of objects inside one another.</summary>
    public int MaxListDepth { get; init; } = 5;

    /// <summary>Fields of an operation, fragments spread out.</summary>
    public int MaxFields { get; init; } = 1_000;

    /// <summary>Aliases of an operation, fragments spread out.</summary>
    public int MaxAliases { get; init; } = 50;

    /// <summary>Directives of a document.</summary>
    public int MaxDirectives { get; init; } = 50;

    /// <summary>What an operation may cost.</summary>
    public int MaxComplexity { get; init; } = 1_000;

    /// <summary>Fields deeper than this cost twice as much.</summary>
    public int DoubledBelowDepth { get; init; } = 3;

    /// <summary>Items of a list that says nothing of its size.</summary>
    public int AssumedListSize { get; init; } = 10;

    /// <summary>Validation errors that are told.</summary>
    public int MaxErrors { get; init; } = 25;

    /// <summary>Documents that are kept prepared; 0: each is read anew.</summary>
    public int PreparedDocuments { get; init; } = 1_000;

    /// <summary>No limits but those that keep the process alive.</summary>
    public static EngineOptions Trusted { get; } = new()
    {
        Parser = ParserLimits.Trusted,
        MaxDefinitions = int.MaxValue,
        MaxDepth = int.MaxValue,
        MaxListDepth = int.MaxValue,
        MaxFields = int.MaxValue,
        MaxAliases = int.MaxValue,
        MaxDirectives = int.MaxValue,
        MaxComplexity = int.MaxValue,
    };
}
