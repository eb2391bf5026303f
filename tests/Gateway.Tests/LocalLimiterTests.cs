using Platform.Gateway.Limits;

namespace Platform.Gateway.Tests;

public sealed class LocalLimiterTests
{
    private readonly StepClock _clock = new();

    [Fact]
    public void Exactly_the_limit_passes()
    {
        var limiter = new LocalLimiter(_clock);
        var plan = LimitPlan.OfAddress("1.2.3.4", 100);

        Assert.Equal(100, Enumerable.Range(0, 150).Count(_ => limiter.Charge(plan, 1).Allowed));
        var refused = limiter.Charge(plan, 1);
        Assert.Equal(0, refused.Remaining);
        Assert.InRange(refused.Wait.TotalSeconds, 60, 63);
    }

    [Fact]
    public void Instances_share_the_limit()
    {
        var limiter = new LocalLimiter(_clock);
        var plan = LimitPlan.OfAddress("1.2.3.4", 100);

        Assert.Equal(25, Enumerable.Range(0, 150).Count(_ => limiter.Charge(plan, 4).Allowed));
    }

    [Fact]
    public void No_minute_wherever_it_begins_holds_more_than_the_limit()
    {
        var limiter = new LocalLimiter(_clock);
        var plan = LimitPlan.OfAddress("1.2.3.4", 10);
        var passed = new List<double>();
        for (var i = 0; i < 4000; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(97));
            if (limiter.Charge(plan, 1).Allowed)
            {
                passed.Add(_clock.Seconds);
            }
        }

        Assert.All(passed, t => Assert.True(passed.Count(o => o >= t && o < t + 60) <= 10));
        Assert.True(passed.Count >= 50, $"{passed.Count} passed in {_clock.Seconds} s");
    }

    [Fact]
    public void After_the_wait_it_passes_again_and_not_before()
    {
        var limiter = new LocalLimiter(_clock);
        var plan = LimitPlan.OfAddress("1.2.3.4", 1);
        limiter.Charge(plan, 1);
        var refused = limiter.Charge(plan, 1);

        _clock.Advance(TimeSpan.FromMicroseconds(refused.WaitMicroseconds - 1));
        Assert.False(limiter.Charge(plan, 1).Allowed);
        _clock.Advance(TimeSpan.FromMicroseconds(1));
        Assert.True(limiter.Charge(plan, 1).Allowed);
    }

    [Fact]
    public void Addresses_do_not_share()
    {
        var limiter = new LocalLimiter(_clock);

        Assert.True(limiter.Charge(LimitPlan.OfAddress("1.2.3.4", 1), 1).Allowed);
        Assert.True(limiter.Charge(LimitPlan.OfAddress("1.2.3.5", 1), 1).Allowed);
    }

    private sealed class StepClock : TimeProvider
    {
        private long _ticks = TimeSpan.TicksPerDay;

        public double Seconds => TimeSpan.FromTicks(_ticks).TotalSeconds;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
