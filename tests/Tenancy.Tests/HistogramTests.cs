using Platform.Tenancy.Usage;

namespace Platform.Tenancy.Tests;

public sealed class HistogramTests
{
    private static UsageTotal Of(params IEnumerable<double> values)
    {
        var total = new UsageTotal();
        foreach (var value in values)
        {
            total.Add(200, Histogram.BinOf(value), 1, 2);
        }

        return total;
    }

    [Fact]
    public void Percentiles_are_within_two_and_a_half_percent_of_the_exact_ones()
    {
        var random = new Random(3);
        for (var round = 0; round < 20; round++)
        {
            var values = Enumerable.Range(0, 1 + random.Next(5000)).Select(_ => Math.Exp((random.NextDouble() * 14) - 4)).Order().ToArray();
            var found = Of(values).Sums.Latencies.Percentiles()!;
            foreach (var (share, value) in new[] { (0.5, found.P50), (0.95, found.P95), (0.99, found.P99) })
            {
                var exact = values[(int)Math.Ceiling(share * values.Length) - 1];
                Assert.InRange(value, (exact * 0.9749) - 0.0006, (exact * 1.0251) + 0.0006);
            }
        }
    }

    [Fact]
    public void Histograms_of_parts_add_up_to_that_of_the_whole()
    {
        var random = new Random(4);
        var values = Enumerable.Range(0, 1000).Select(_ => random.NextDouble() * 500).ToArray();
        var sum = new UsageTotal();
        foreach (var part in values.Chunk(37))
        {
            sum.Add(Of(part).Sums);
        }

        Assert.Equal(Of(values).Sums.Latencies.Packed, sum.Sums.Latencies.Packed);
        Assert.Equal((1000, 1000L, 2000L), (sum.Sums.Requests, sum.Sums.RequestBytes, sum.Sums.ResponseBytes));
    }

    [Theory]
    [InlineData(double.NaN, 0)]
    [InlineData(-3, 0)]
    [InlineData(0.01, 0)]
    [InlineData(double.PositiveInfinity, 500)]
    public void What_is_no_latency_has_a_bin_too(double value, int bin) => Assert.Equal(bin, Histogram.BinOf(value));

    [Fact]
    public void Nothing_has_no_percentiles() => Assert.Null(Histogram.Empty.Percentiles());
}
