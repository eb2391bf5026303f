namespace Platform.Benchmarks.Harness;

/// <summary>What a figure must reach.</summary>
/// <param name="Limit">The number.</param>
/// <param name="IsFloor">At least it; otherwise at most.</param>
internal sealed record Budget(double Limit, bool IsFloor)
{
    public static Budget AtLeast(double limit) => new(limit, true);

    public static Budget AtMost(double limit) => new(limit, false);

    public bool IsMetBy(double value) => IsFloor ? value >= Limit : value <= Limit;
}

/// <summary>A figure with all that was measured of it.</summary>
/// <param name="Name">What it is, the same in every run: runs are compared by it.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Values">One value a round.</param>
/// <param name="Budget">What its median must reach; null for a figure that only informs.</param>
internal sealed record Figure(string Name, string Unit, IReadOnlyList<double> Values, Budget? Budget = null)
{
    public Figure(string name, string unit, double value, Budget? budget = null)
        : this(name, unit, [value], budget)
    {
    }

    public double Median => Statistics.Median(Values);

    public double Least => Values.Min();

    public double Most => Values.Max();

    /// <summary>Null without a budget.</summary>
    public bool? IsMet => Budget?.IsMetBy(Median);
}
