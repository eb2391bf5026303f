namespace Platform.Gateway.Limits;

/// <summary>
/// Requests of one plan that Redis has charged already, for this process to hand out. A busy caller far from its limit
/// costs Redis one call for many requests; near it, where the script grants one at a time, every request is counted in
/// Redis. A lease ends with the slot of time it was charged in, so that no window holds more than its limit, and is about
/// what the caller needs in a tenth of a second, so that little of it lapses.
/// </summary>
internal sealed class LimitLease
{
    private const long TickMicroseconds = 100_000;
    private const int Largest = 2_000;

    private readonly Lock _gate = new();
    private LimitDecision? _granted;
    private long _grantedAt;
    private long _endsAt;
    private int _left;
    private bool _asking;
    private long _tick;
    private int _inTick;
    private int _inLastTick;

    /// <summary>One of the requests in hand; null when there is none.</summary>
    public LimitDecision? TryTake(long now)
    {
        lock (_gate)
        {
            Count(now);
            if (_left == 0 || now >= _endsAt)
            {
                _left = 0;
                return null;
            }

            _left--;
            return Told(_granted!, _left, now - _grantedAt);
        }
    }

    /// <summary>How many requests to charge at Redis for one that must ask: more than one only for one asker at a time.</summary>
    public int Begin()
    {
        lock (_gate)
        {
            var wanted = Math.Clamp(Math.Max(_inLastTick, _inTick), 1, Largest);
            if (wanted == 1 || _asking || _inLastTick == 0)
            {
                return 1;
            }

            _asking = true;
            return wanted;
        }
    }

    /// <summary>
    /// Takes in what Redis granted to the one who asked for more; the answer is the decision for its own request.
    /// </summary>
    /// <param name="decision">What Redis said of the windows after the charge.</param>
    /// <param name="charged">How many requests it charged.</param>
    /// <param name="askedAt">When it was asked: Redis reckons from a later moment, so the lease never outlives its slot.</param>
    /// <param name="slotEndsIn">Microseconds until the first slot of the plan's windows ends.</param>
    public LimitDecision Grant(LimitDecision decision, int charged, long askedAt, long slotEndsIn)
    {
        lock (_gate)
        {
            _granted = decision;
            _grantedAt = askedAt;
            _endsAt = askedAt + slotEndsIn;
            _left = charged - 1;
            return Told(decision, _left, 0);
        }
    }

    /// <summary>The asker has its answer, whatever it was.</summary>
    public void End()
    {
        lock (_gate)
        {
            _asking = false;
        }
    }

    /// <summary>What is charged and not handed out is still the caller's.</summary>
    private static LimitDecision Told(LimitDecision granted, int left, long elapsed) =>
        granted with { Remaining = granted.Remaining + left, WaitMicroseconds = Math.Max(0, granted.WaitMicroseconds - elapsed) };

    private void Count(long now)
    {
        var tick = now / TickMicroseconds;
        if (tick != _tick)
        {
            _inLastTick = tick == _tick + 1 ? _inTick : 0;
            _inTick = 0;
            _tick = tick;
        }

        _inTick++;
    }
}
