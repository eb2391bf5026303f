using Platform.Gateway.Limits;

namespace Platform.Gateway.Tests;

public sealed class LimitLeaseTests
{
    private const long Tick = 100_000;
    private static readonly LimitPlan Plan = LimitPlan.OfAddress("1.2.3.4", 10_000);
    private readonly LimitLease _lease = new();

    /// <summary>As Redis answers after a charge.</summary>
    private static LimitDecision Left(long left) => LimitDecision.Of(Plan, allowed: true, [(left, 57_000_000)]);

    /// <summary>Requests that find no lease, so many within one tick.</summary>
    private void Ask(int requests, long at)
    {
        for (var i = 0; i < requests; i++)
        {
            Assert.Null(_lease.TryTake(at));
        }
    }

    [Fact]
    public void A_caller_of_a_few_requests_is_charged_one_by_one()
    {
        Ask(1, at: 5 * Tick);
        Assert.Equal(1, _lease.Begin());
        Ask(1, at: 90 * Tick);
        Assert.Equal(1, _lease.Begin());
    }

    [Fact]
    public void A_busy_caller_is_charged_for_a_tenth_of_a_second_by_one_asker_at_a_time()
    {
        Ask(250, at: 5 * Tick);
        Assert.Equal(1, _lease.Begin());
        Ask(1, at: 6 * Tick);
        Assert.Equal(250, _lease.Begin());
        Assert.Equal(1, _lease.Begin());
        _lease.End();
        Assert.Equal(250, _lease.Begin());
    }

    [Fact]
    public void A_lease_hands_out_what_was_charged_and_counts_down()
    {
        var first = _lease.Grant(Left(7_000), charged: 3, askedAt: Tick, slotEndsIn: 2 * Tick);
        Assert.Equal(7_002, first.Remaining);
        var second = _lease.TryTake(Tick + 1_000)!;
        Assert.Equal(7_001, second.Remaining);
        Assert.Equal(56_999_000, second.WaitMicroseconds);
        Assert.Equal(7_000, _lease.TryTake(2 * Tick)!.Remaining);
        Assert.Null(_lease.TryTake(2 * Tick));
    }

    [Fact]
    public void A_lease_ends_with_the_slot_it_was_charged_in()
    {
        _lease.Grant(Left(7_000), charged: 3, askedAt: Tick, slotEndsIn: 2 * Tick);
        Assert.NotNull(_lease.TryTake((3 * Tick) - 1));
        Assert.Null(_lease.TryTake(3 * Tick));
    }
}
