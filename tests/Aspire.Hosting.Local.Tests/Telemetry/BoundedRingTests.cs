using Aspire.Hosting.Local.Dashboard.Telemetry;

namespace Platform.Aspire.Hosting.Local.Tests.Telemetry;

public sealed class BoundedRingTests
{
    private readonly List<string> _evicted = [];

    [Fact]
    public void The_oldest_goes_when_there_are_too_many()
    {
        var ring = Ring(count: 3, bytes: 1000);
        foreach (var item in (string[])["a", "b", "c", "d"])
        {
            ring.Add(item);
        }

        Assert.Equal(["b", "c", "d"], ring.ToArray());
        Assert.Equal(["a"], _evicted);
        Assert.Equal((3, 3L, 1L), (ring.Count, ring.Bytes, ring.Evicted));
        Assert.Null(ring.Find(1));
        Assert.Equal("b", ring.Find(2));
        Assert.Equal("d", ring.Find(4));
        Assert.Null(ring.Find(5));
    }

    [Fact]
    public void As_many_go_as_a_large_one_needs_and_it_stays_even_if_it_is_too_large()
    {
        var ring = Ring(count: 100, bytes: 10);
        ring.Add("aaaa");
        ring.Add("bbbb");
        ring.Add("cccccc");
        Assert.Equal(["bbbb", "cccccc"], ring.ToArray());
        ring.Add(new string('d', 20));
        Assert.Equal([new string('d', 20)], ring.ToArray());
    }

    [Fact]
    public void Nothing_is_lost_while_it_grows_round_its_end()
    {
        var ring = Ring(count: 700, bytes: long.MaxValue);
        for (var i = 1; i <= 2000; i++)
        {
            Assert.Equal(i, ring.Add(i.ToString()));
        }

        Assert.Equal(Enumerable.Range(1301, 700).Select(i => i.ToString()), ring.ToArray());
        ring.Clear();
        Assert.Equal((0, 0L), (ring.Count, ring.Bytes));
        Assert.Equal(2001, ring.Add("x"));
    }

    private BoundedRing<string> Ring(int count, long bytes) => new(count, bytes, s => s.Length, _evicted.Add);
}
