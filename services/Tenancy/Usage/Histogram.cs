using System.Buffers.Binary;

namespace Platform.Tenancy.Usage;

/// <summary>
/// Latencies in bins that grow by 5 %: a percentile read from them is at most 2.5 % off. Histograms of any two sets of
/// requests add up (<see cref="UsageTotal"/>), which percentiles do not. It is kept as it is stored: for each bin that
/// holds something, in order, its number (2 bytes) and its count (8 bytes), big-endian, as PostgreSQL's <c>int2send</c>
/// and <c>int8send</c> write them. An array of the store costs a call per element at both ends; this costs a copy.
/// </summary>
internal readonly record struct Histogram(byte[] Packed)
{
    /// <summary>How many bins there are.</summary>
    public const int Bins = 501;

    private const int Entry = sizeof(short) + sizeof(long);
    private const double Smallest = 0.01;
    private const double Growth = 1.05;
    private static readonly double LogGrowth = Math.Log(Growth);

    public static readonly Histogram Empty = new([]);

    /// <summary>The bin of a latency in milliseconds.</summary>
    public static int BinOf(double milliseconds) =>
        milliseconds <= Smallest || double.IsNaN(milliseconds) ? 0 : (int)Math.Min(Bins - 1, Math.Ceiling(Math.Log(milliseconds / Smallest) / LogGrowth));

    /// <summary>The histogram of these counts by bin.</summary>
    public static Histogram Of(ReadOnlySpan<long> counts)
    {
        var filled = counts.Length - counts.Count(0L);
        var packed = new byte[filled * Entry];
        var at = packed.AsSpan();
        for (var bin = 0; bin < counts.Length; bin++)
        {
            if (counts[bin] != 0)
            {
                BinaryPrimitives.WriteInt16BigEndian(at, (short)bin);
                BinaryPrimitives.WriteInt64BigEndian(at[sizeof(short)..], counts[bin]);
                at = at[Entry..];
            }
        }

        return new Histogram(packed);
    }

    /// <summary>Adds the counts to those of others.</summary>
    public void AddTo(Span<long> counts)
    {
        for (var at = Packed.AsSpan(); at.Length >= Entry; at = at[Entry..])
        {
            counts[BinaryPrimitives.ReadInt16BigEndian(at)] += BinaryPrimitives.ReadInt64BigEndian(at[sizeof(short)..]);
        }
    }

    /// <summary>The latencies that half, 95 and 99 of a hundred requests stay within; null without requests.</summary>
    public Percentiles? Percentiles()
    {
        var total = 0L;
        for (var at = Packed.AsSpan(); at.Length >= Entry; at = at[Entry..])
        {
            total += BinaryPrimitives.ReadInt64BigEndian(at[sizeof(short)..]);
        }

        return total == 0 ? null : new Percentiles(At(0.5, total), At(0.95, total), At(0.99, total));
    }

    /// <summary>The middle of the bin that holds the rank (as <c>percentile_disc</c> counts).</summary>
    private double At(double share, long total)
    {
        var rank = (long)Math.Ceiling(share * total);
        var seen = 0L;
        for (var at = Packed.AsSpan(); at.Length >= Entry; at = at[Entry..])
        {
            seen += BinaryPrimitives.ReadInt64BigEndian(at[sizeof(short)..]);
            if (seen >= rank)
            {
                var bin = BinaryPrimitives.ReadInt16BigEndian(at);
                return bin == 0 ? Smallest : Math.Round(2 * Smallest * Math.Pow(Growth, bin) / (1 + Growth), 3);
            }
        }

        return 0;
    }
}
