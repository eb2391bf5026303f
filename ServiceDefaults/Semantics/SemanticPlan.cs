namespace Platform.ServiceDefaults;

/// <summary>
/// A question over tables in the words of their semantic model: which measures, by what, of what, when. It names members
/// of the model and values, and never a column or an expression; the service that owns the tables compiles it.
/// </summary>
/// <param name="Entity">The entity, such as <c>indicators</c>.</param>
/// <param name="Measures">The measures, one at least.</param>
/// <param name="Dimensions">What they are split by.</param>
/// <param name="Filters">What must hold; every one.</param>
/// <param name="Time">Time: range and width of a point.</param>
/// <param name="Order">By which member of the result; the first measure, largest first, unless given.</param>
/// <param name="Limit">How many rows at most, 1 to 1,000; 100 unless given.</param>
public sealed record SemanticPlan(
    string? Entity,
    IReadOnlyList<string>? Measures,
    IReadOnlyList<string>? Dimensions = null,
    IReadOnlyList<SemanticFilter>? Filters = null,
    SemanticTime? Time = null,
    IReadOnlyList<SemanticOrder>? Order = null,
    int? Limit = null);

/// <summary>A condition on a dimension.</summary>
/// <param name="Field">The dimension; of what a join leads to, <c>{join}.{dimension}</c>.</param>
/// <param name="Op"><c>equals</c>, <c>not_equals</c>, <c>contains</c>, <c>above</c>, <c>below</c>, <c>set</c> or <c>not_set</c>.</param>
/// <param name="Values">What it is compared with; any of them.</param>
public sealed record SemanticFilter(string? Field, string? Op, IReadOnlyList<string>? Values = null);

/// <summary>A time dimension.</summary>
/// <param name="Field">The dimension; its values are times.</param>
/// <param name="Granularity"><c>hour</c>, <c>day</c>, <c>week</c> (from Monday), <c>month</c>, <c>quarter</c> or <c>year</c>, in UTC; no points without it.</param>
/// <param name="From">Beginning, ISO 8601.</param>
/// <param name="To">End, exclusive.</param>
public sealed record SemanticTime(string? Field, string? Granularity = null, string? From = null, string? To = null);

/// <summary>A member of the result to sort by.</summary>
public sealed record SemanticOrder(string? Field, bool Descending = false);

/// <summary>What a plan brought forth.</summary>
/// <param name="Columns">The members, in the order of the rows' values.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Truncated">Whether there are more rows than the limit.</param>
public sealed record SemanticResult(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows, bool Truncated);
