namespace Stix.Patterns;

/// <summary>A STIX pattern (STIX 2.1 section 9) as a tree.</summary>
public abstract record PatternNode;

/// <summary><c>[ … ]</c>: one observation that the comparison must hold for.</summary>
public sealed record Observation(ComparisonNode Comparison) : PatternNode;

/// <summary>Two observation expressions joined by AND, OR or FOLLOWEDBY.</summary>
public sealed record JoinedObservations(string Operator, PatternNode Left, PatternNode Right) : PatternNode;

/// <summary>An observation expression with WITHIN, REPEATS or START … STOP.</summary>
public sealed record QualifiedObservation(PatternNode Inner, string Qualifier) : PatternNode;

/// <summary>What is asked of one observation.</summary>
public abstract record ComparisonNode;

/// <summary>Two comparisons joined by AND or OR.</summary>
public sealed record JoinedComparisons(string Operator, ComparisonNode Left, ComparisonNode Right) : ComparisonNode;

/// <summary>One test of a property.</summary>
/// <param name="ObjectType">The cyber-observable type before the colon.</param>
/// <param name="Path">The property path behind it, as written: <c>hashes.'SHA-256'</c>.</param>
/// <param name="Operator">=, !=, &gt;, &lt;, &gt;=, &lt;=, IN, LIKE, MATCHES, ISSUBSET, ISSUPERSET or EXISTS.</param>
/// <param name="Negated">Whether NOT stands before the operator.</param>
/// <param name="Values">The literals: one, several after IN, none after EXISTS.</param>
public sealed record PropertyTest(
    string ObjectType, string Path, string Operator, bool Negated, IReadOnlyList<PatternLiteral> Values) : ComparisonNode;

/// <summary>A constant of a pattern.</summary>
/// <param name="Kind">string, integer, float, boolean, timestamp, hex or binary.</param>
/// <param name="Text">Its text, unescaped and without quotes.</param>
public sealed record PatternLiteral(string Kind, string Text);

/// <summary>A pattern that cannot be read.</summary>
public sealed class PatternException(string message, int position) : FormatException($"{message} At character {position + 1}.")
{
    /// <summary>The offset of the character at which reading stopped.</summary>
    public int Position { get; } = position;
}
