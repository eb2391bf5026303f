namespace Platform.Agent.Planning;

/// <summary>A run of words that names something in the data.</summary>
/// <param name="Start">The first word.</param>
/// <param name="Length">How many words.</param>
/// <param name="Candidates">What it may name.</param>
internal sealed record Mention(int Start, int Length, IReadOnlyList<Candidate> Candidates)
{
    public int Next => Start + Length;
}

/// <summary>One object that a run of words may name.</summary>
internal sealed record Candidate(EntityRef Entity, MatchKind Match);

/// <summary>How the words and the object met; the higher, the surer.</summary>
internal enum MatchKind
{
    Alias = 2,
    Name = 3,
    Id = 4,
}
