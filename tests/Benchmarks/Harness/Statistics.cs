namespace Platform.Benchmarks.Harness;

internal static class Statistics
{
    public static double Median(IEnumerable<double> values) => Percentile(values, 0.5);

    /// <summary>The value below which a share of the values lies, between neighbours by the line through them.</summary>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
        {
            return double.NaN;
        }

        var place = share * (sorted.Length - 1);
        var below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }

    /// <summary>
    /// How cost grows with size: the slope of the least-squares line through the logarithms. 1 is in proportion, 2 with
    /// the square, 0 not at all.
    /// </summary>
    public static double GrowthExponent(IReadOnlyList<(double Size, double Cost)> points)
    {
        var x = points.Select(p => Math.Log(p.Size)).ToArray();
        var y = points.Select(p => Math.Log(p.Cost)).ToArray();
        var (meanX, meanY) = (x.Average(), y.Average());
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }
}
