namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>Section <c>Recommendations</c>.</summary>
internal sealed class RecommendationOptions
{
    /// <summary>Items of a tenant's catalogue at most.</summary>
    public int MostItems { get; set; } = 100_000;

    /// <summary>Interactions of a tenant at most.</summary>
    public long MostInteractions { get; set; } = 1_000_000;

    /// <summary>How long after a change a tenant is trained again; at least ten times as long as the last training took.</summary>
    public TimeSpan RetrainAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a tenant that nobody asks about stays in memory.</summary>
    public TimeSpan KeepIdle { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Threads of a training; it is given no more than this, whatever the machine has.</summary>
    public int TrainingThreads { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>The first fault of these values in words, or null.</summary>
    internal string? Fault() => this switch
    {
        { MostItems: < 1 } => "Recommendations:MostItems must be at least 1.",
        { MostInteractions: < 1 } => "Recommendations:MostInteractions must be at least 1.",
        { TrainingThreads: < 1 } => "Recommendations:TrainingThreads must be at least 1.",
        _ when RetrainAfter < TimeSpan.Zero => "Recommendations:RetrainAfter must not be below 0.",
        _ when KeepIdle < TimeSpan.FromSeconds(1) => "Recommendations:KeepIdle must be at least 1 second.",
        _ => null,
    };
}
