namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>What to draw of an instrument.</summary>
/// <param name="From">Beginning of the window, nanoseconds since 1970.</param>
/// <param name="To">End of the window.</param>
/// <param name="Steps">Points of a line.</param>
/// <param name="GroupBy">A line for each value of this attribute; null for one of all.</param>
/// <param name="Only">Series with all these attributes.</param>
internal sealed record ChartQuery(long From, long To, int Steps, string? GroupBy, IReadOnlyList<KeyValuePair<string, string>> Only)
{
    public const int MaxLines = 12;

    public long Step => Math.Max(1, (To - From) / Steps);

    public bool Wants(MetricSeries series)
    {
        foreach (var (name, value) in Only)
        {
            if (series.Attribute(name) != value)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A line; NaN where nothing was reported.</summary>
internal sealed record ChartLine(string Name, double[] Values);

/// <param name="Lines">Values, rates a second, or the percentiles of a histogram.</param>
/// <param name="Rates">Of a histogram: values a second, a line for each group.</param>
/// <param name="Omitted">Groups that had no place among the lines.</param>
internal sealed record ChartData(ChartLine[] Lines, ChartLine[] Rates, int Omitted);

/// <summary>Makes lines of series: the same number of equally wide steps for all of them.</summary>
internal static class MetricChart
{
    private static readonly (string Name, double Quantile)[] Shown = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)];

    public static ChartData Of(MetricInstrument instrument, ChartQuery query)
    {
        var groups = instrument.Series.Values.Where(query.Wants)
            .GroupBy(s => NameOf(instrument.Kind, s, query.GroupBy), StringComparer.Ordinal)
            .ToList();
        return instrument.Kind switch
        {
            InstrumentKind.Histogram => new ChartData(
                Quantiles([.. groups.SelectMany(g => g)], query),
                Largest(groups.Select(g => new ChartLine(g.Key, Rate(g, query, p => p.Count))), out var omitted),
                omitted),
            InstrumentKind.Counter => new ChartData(
                Largest(groups.Select(g => new ChartLine(g.Key, Rate(g, query, p => p.Value))), out var omitted), [], omitted),
            _ => new ChartData(Largest(groups.Select(g => new ChartLine(g.Key, Sum(g, query))), out var omitted), [], omitted),
        };
    }

    private static string NameOf(InstrumentKind kind, MetricSeries series, string? groupBy)
    {
        if (groupBy is not null)
        {
            return series.Attribute(groupBy) is { Length: > 0 } value ? value : "(none)";
        }

        // Values of a gauge do not add up, so each has its line.
        return kind == InstrumentKind.Gauge && series.Attributes.Length > 0 ? string.Join(", ", series.Attributes.Select(a => a.Value)) : "all";
    }

    private static ChartLine[] Largest(IEnumerable<ChartLine> lines, out int omitted)
    {
        var all = lines.OrderByDescending(l => l.Values.Where(double.IsFinite).DefaultIfEmpty(double.MinValue).Max()).ToList();
        omitted = Math.Max(0, all.Count - ChartQuery.MaxLines);
        return [.. all.Take(ChartQuery.MaxLines).OrderBy(l => l.Name, StringComparer.Ordinal)];
    }

    private static double[] Rate(IEnumerable<MetricSeries> series, ChartQuery query, Func<MetricPoint, double> value)
    {
        var steps = new StepSums(query);
        foreach (var one in series)
        {
            foreach (var (before, after) in Pairs(one, query))
            {
                // Counting anew from zero means the sender was restarted.
                var (from, to) = (value(before), value(after));
                steps.Add(before.Time, after.Time, to >= from ? to - from : to);
            }
        }

        return steps.PerSecond();
    }

    private static ChartLine[] Quantiles(List<MetricSeries> series, ChartQuery query)
    {
        // Only histograms with the same buckets add up; those that most series have are shown.
        var bounds = series.GroupBy(s => s.Bounds).OrderByDescending(g => g.Count()).FirstOrDefault()?.Key ?? [];
        var buckets = Enumerable.Range(0, bounds.Length + 1).Select(_ => new StepSums(query)).ToArray();
        foreach (var one in series.Where(s => s.Bounds.AsSpan().SequenceEqual(bounds)))
        {
            foreach (var (before, after) in Pairs(one, query))
            {
                var restarted = after.Count < before.Count;
                for (var i = 0; i < buckets.Length; i++)
                {
                    buckets[i].Add(before.Time, after.Time, Math.Max(0, after.Buckets![i] - (restarted ? 0 : before.Buckets![i])));
                }
            }
        }

        var counts = new double[buckets.Length];
        var lines = Shown.Select(q => new ChartLine(q.Name, new double[query.Steps])).ToArray();
        for (var step = 0; step < query.Steps; step++)
        {
            for (var i = 0; i < buckets.Length; i++)
            {
                counts[i] = buckets[i].Sums[step];
            }

            for (var line = 0; line < lines.Length; line++)
            {
                lines[line].Values[step] = Percentiles.Of(bounds, counts, Shown[line].Quantile) ?? double.NaN;
            }
        }

        return lines;
    }

    private static double[] Sum(IEnumerable<MetricSeries> series, ChartQuery query)
    {
        var sum = new double[query.Steps];
        Array.Fill(sum, double.NaN);
        foreach (var one in series)
        {
            var points = one.Since(query.From);
            var (next, current) = (0, -1);
            // A value holds until the next report, and a little longer than reports are usually apart.
            var patience = Math.Max(2 * query.Step, points.Length < 2 ? 0 : 3 * ((points[^1].Time - points[0].Time) / (points.Length - 1)));
            for (var step = 0; step < query.Steps; step++)
            {
                var end = query.From + ((step + 1) * query.Step);
                while (next < points.Length && points[next].Time <= end)
                {
                    current = next++;
                }

                if (current >= 0 && end - points[current].Time <= patience)
                {
                    sum[step] = (double.IsNaN(sum[step]) ? 0 : sum[step]) + points[current].Value;
                }
            }
        }

        return sum;
    }

    private static IEnumerable<(MetricPoint Before, MetricPoint After)> Pairs(MetricSeries series, ChartQuery query)
    {
        var points = series.Since(query.From);
        for (var i = 1; i < points.Length; i++)
        {
            yield return (points[i - 1], points[i]);
        }
    }
}

/// <summary>Spreads what was counted between two reports evenly over the steps between them.</summary>
internal sealed class StepSums(ChartQuery query)
{
    private readonly bool[] _reported = new bool[query.Steps];

    public double[] Sums { get; } = new double[query.Steps];

    public void Add(long from, long to, double amount)
    {
        var first = (int)Math.Clamp((from - query.From) / query.Step, 0, query.Steps - 1);
        var last = (int)Math.Clamp((to - 1 - query.From) / query.Step, 0, query.Steps - 1);
        for (var step = first; step <= last; step++)
        {
            var begin = query.From + (step * query.Step);
            var overlap = Math.Min(to, begin + query.Step) - Math.Max(from, begin);
            if (overlap > 0)
            {
                _reported[step] = true;
                Sums[step] += amount * overlap / (to - from);
            }
        }
    }

    public double[] PerSecond() => [.. Sums.Select((s, i) => _reported[i] ? s * 1e9 / query.Step : double.NaN)];
}
