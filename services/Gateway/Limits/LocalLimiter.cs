namespace Platform.Gateway.Limits;

/// <summary>
/// The same windows, counted in this process. It stands in while Redis is away, with this instance's share of each limit,
/// so that all instances together stay within it. While Redis answers it counts along, so that it knows what has passed
/// when it must stand in, and so that whatever Redis forgets or misses, one instance alone never exceeds a limit.
/// </summary>
internal sealed class LocalLimiter(TimeProvider clock)
{
    private const int WindowsKept = 100_000;

    private readonly Lock _gate = new();
    private readonly BoundedCache<string, Ring> _rings = new(WindowsKept);

    /// <summary>Counts a request if this instance's share of every window admits it.</summary>
    public LimitDecision Charge(LimitPlan plan, int instances)
    {
        var now = (long)clock.GetElapsedTime(0).TotalMicroseconds;
        var rings = plan.Rings ??= RingsOf(plan);
        Span<(long Left, long Wait)> found = stackalloc (long, long)[rings.Length];
        var allowed = true;
        lock (_gate)
        {
            for (var i = 0; i < rings.Length; i++)
            {
                var window = plan.Windows[i];
                found[i] = rings[i].Look(now, window.SlotMicroseconds, Math.Max(1, window.Limit / instances));
                allowed &= found[i].Left >= 1;
            }

            for (var i = 0; allowed && i < rings.Length; i++)
            {
                rings[i].Add();
                found[i].Left--;
            }
        }

        return LimitDecision.Of(plan, allowed, found);
    }

    /// <summary>Plans of one subject count in the same rings.</summary>
    private Ring[] RingsOf(LimitPlan plan)
    {
        var rings = new Ring[plan.Windows.Count];
        lock (_gate)
        {
            for (var i = 0; i < rings.Length; i++)
            {
                if (!_rings.TryGet(plan.LocalKeys[i], out var ring))
                {
                    ring = new Ring(plan.Windows[i].Slots + 1);
                    _rings.Set(plan.LocalKeys[i], ring);
                }

                rings[i] = ring;
            }
        }

        return rings;
    }

    /// <summary>The ring of slots of <see cref="LimitScript"/>, on the process' own steady clock.</summary>
    internal sealed class Ring(int size)
    {
        private readonly long[] _slots = new long[size];
        private long _slot = long.MinValue;
        private long _sum;

        /// <summary>What is left of a limit, and how long until more is.</summary>
        public (long Left, long Wait) Look(long now, long slotLength, long limit)
        {
            var slot = now / slotLength;
            if (_slot == long.MinValue)
            {
                _slot = slot;
            }

            for (var steps = Math.Min(slot - _slot, size); steps > 0; steps--)
            {
                var passed = (int)((slot - steps + 1) % size);
                _sum -= _slots[passed];
                _slots[passed] = 0;
            }

            _slot = Math.Max(slot, _slot);
            var left = limit - _sum;
            var need = left < 1 ? Math.Min(1 - left, _sum) : 1;
            long freed = 0;
            // From the oldest slot, which is the one behind the newest.
            var index = (int)((_slot + 1) % size);
            for (var age = size - 1; age >= 0; age--)
            {
                freed += _slots[index];
                index = index + 1 == size ? 0 : index + 1;
                if (freed >= need && freed > 0)
                {
                    return (Math.Max(0, left), ((_slot - age + size) * slotLength) - now);
                }
            }

            return (Math.Max(0, left), ((_slot + size) * slotLength) - now);
        }

        public void Add()
        {
            _slots[(int)(_slot % size)]++;
            _sum++;
        }
    }
}
