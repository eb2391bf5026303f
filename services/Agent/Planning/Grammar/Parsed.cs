namespace Platform.Agent.Planning;

/// <summary>One way to read some words.</summary>
/// <param name="Value">What they mean.</param>
/// <param name="Next">The first word after them.</param>
/// <param name="Score">How sure the reading is; the readings of one question are compared by it.</param>
internal readonly record struct Parsed<T>(T Value, int Next, int Score);

/// <summary>A whole question, read.</summary>
internal sealed record Reading(Plan Plan, int Score);
