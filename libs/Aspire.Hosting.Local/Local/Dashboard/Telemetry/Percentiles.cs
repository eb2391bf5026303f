namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>Percentiles of a histogram, as Prometheus' <c>histogram_quantile</c> estimates them.</summary>
internal static class Percentiles
{
    /// <summary>
    /// The value below which the share <paramref name="quantile"/> of all values lies, taking values as spread evenly within their
    /// bucket. In the last bucket, which has no end, it is the highest bound; null without values or bounds.
    /// </summary>
    /// <param name="bounds">Upper bounds, ascending.</param>
    /// <param name="counts">Values in each bucket; one more than bounds.</param>
    /// <param name="quantile">0 to 1.</param>
    public static double? Of(ReadOnlySpan<double> bounds, ReadOnlySpan<double> counts, double quantile)
    {
        var total = 0.0;
        foreach (var count in counts)
        {
            total += count;
        }

        if (total <= 0 || bounds.Length == 0 || counts.Length != bounds.Length + 1)
        {
            return null;
        }

        var wanted = total * quantile;
        var below = 0.0;
        for (var i = 0; i < bounds.Length; i++)
        {
            if (below + counts[i] >= wanted && counts[i] > 0)
            {
                var lower = i > 0 ? bounds[i - 1] : Math.Min(0, bounds[0]);
                return lower + ((bounds[i] - lower) * (wanted - below) / counts[i]);
            }

            below += counts[i];
        }

        return bounds[^1];
    }
}
