namespace Platform.Tenancy.Usage;

/// <summary>
/// Latencies in bins that grow by 5 %: a percentile read from them is at most 2.5 % off. Histograms of any two sets of
/// requests add up, which percentiles do not. Bins are in order, none of them empty.
/// </summary>
/// <param name="Bins">The bins that hold something.</param>
/// <param name="Counts">How much each of them holds.</param>
internal readonly record struct Histogram(short[] Bins, long[] Counts)
{
    private const double Smallest = 0.01;
    private const double Growth = 1.05;
    private const int Last = 500;
    private static readonly double LogGrowth = Math.Log(Growth);

    public static readonly Histogram Empty = new([], []);

    /// <summary>The bin of a latency in milliseconds.</summary>
    public static short BinOf(double milliseconds) =>
        milliseconds <= Smallest || double.IsNaN(milliseconds) ? (short)0 : (short)Math.Min(Last, Math.Ceiling(Math.Log(milliseconds / Smallest) / LogGrowth));

    /// <summary>Both together.</summary>
    public Histogram Plus(in Histogram other)
    {
        if (Bins.Length == 0)
        {
            return other;
        }

        var bins = new List<short>(Bins.Length + other.Bins.Length);
        var counts = new List<long>(bins.Capacity);
        var (i, j) = (0, 0);
        while (i < Bins.Length || j < other.Bins.Length)
        {
            var mine = i < Bins.Length ? Bins[i] : short.MaxValue;
            var theirs = j < other.Bins.Length ? other.Bins[j] : short.MaxValue;
            bins.Add(Math.Min(mine, theirs));
            counts.Add((mine <= theirs ? Counts[i] : 0) + (theirs <= mine ? other.Counts[j] : 0));
            i += mine <= theirs ? 1 : 0;
            j += theirs <= mine ? 1 : 0;
        }

        return new Histogram([.. bins], [.. counts]);
    }

    /// <summary>The latencies that half, 95 and 99 of a hundred requests stay within; null without requests.</summary>
    public Percentiles? Percentiles()
    {
        var total = 0L;
        foreach (var count in Counts)
        {
            total += count;
        }

        return total == 0 ? null : new Percentiles(At(0.5, total), At(0.95, total), At(0.99, total));
    }

    /// <summary>The middle of the bin that holds the rank (as <c>percentile_disc</c> counts).</summary>
    private double At(double share, long total)
    {
        var rank = (long)Math.Ceiling(share * total);
        var seen = 0L;
        for (var i = 0; i < Bins.Length; i++)
        {
            seen += Counts[i];
            if (seen >= rank)
            {
                return Bins[i] == 0 ? Smallest : Math.Round(2 * Smallest * Math.Pow(Growth, Bins[i]) / (1 + Growth), 3);
            }
        }

        return 0;
    }
}
