namespace Platform.Agent.Planning;

/// <summary>What the planner made of a message.</summary>
internal abstract record PlanOutcome;

/// <summary>One meaning, and every word accounted for.</summary>
/// <param name="Plan">The meaning.</param>
/// <param name="Corrections">Words that were taken for others; the answer says so.</param>
internal sealed record Planned(Plan Plan, IReadOnlyList<Correction>? Corrections = null) : PlanOutcome;

/// <summary>Several meanings, equally near: the user is asked which.</summary>
internal sealed record Unclear(IReadOnlyList<Plan> Options) : PlanOutcome;

/// <summary>No meaning that uses every word.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Unknown">The words that were not understood, as written.</param>
/// <param name="Nearest">Questions that could be answered instead.</param>
internal sealed record Refused(RefusalReason Reason, IReadOnlyList<string> Unknown, IReadOnlyList<string> Nearest) : PlanOutcome;

internal enum RefusalReason
{
    /// <summary>Some words mean nothing to the planner.</summary>
    UnknownWords,

    /// <summary>Every word is known, but not this way of asking.</summary>
    UnknownShape,

    /// <summary>More words than the planner reads.</summary>
    TooLong,

    /// <summary>No words at all.</summary>
    Empty,
}
